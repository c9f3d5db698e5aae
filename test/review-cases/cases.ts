/** A change that no reviewer should let pass, and what the plan has to say of it first. */
export interface ReviewCase {
	/** What somebody did. */
	readonly name: string;
	/** The stack in which it shows. */
	readonly stack: "dev" | "k8s";
	readonly edits: readonly Edit[];
	/** A finding that must not be deployed or has to be looked at closely. */
	readonly says: RegExp;
}

/** One replacement in a file of the checkout. */
export interface Edit {
	readonly file: string;
	/** Must be there once. */
	readonly from: string;
	readonly to: string;
}

/** What stands in place of a secret, and must be in no plan. */
export const CANARY = "hunter2-canary-4711";

export const REVIEW_CASES: readonly ReviewCase[] = [
	{
		name: "CI may write to Prod",
		stack: "dev",
		edits: [
			{
				file: "topology/access.ts",
				from: "prod: { developer: P, ci: P,",
				to: "prod: { developer: P, ci: PW,",
			},
		],
		says: /^TI-01: gate 'home' has an account of ci for 'prod'/,
	},
	{
		name: "anybody may push to Sandbox on a shared cluster",
		stack: "k8s",
		edits: [
			{
				file: "Pulumi.k8s.yaml",
				from: "sandbox: { host: sandbox.registry.test,",
				to: "sandbox: { open: true, host: sandbox.registry.test,",
			},
		],
		says: /^anonymous may newly pull, create, retag at sandbox$/,
	},
	{
		name: "a cache copies Sandbox",
		stack: "dev",
		edits: [
			{
				file: "topology/compile-registries.ts",
				from: "\t\t\tregistry: of,",
				to: '\t\t\tregistry: "sandbox",',
			},
		],
		says: /what the cache prod-eu copies changes from prod to sandbox$|^TI-\d\d: .*prod-eu/,
	},
	{
		name: "the claim of Prod is protected no longer",
		stack: "k8s",
		edits: [
			{
				file: "components/platform/kubernetes/platform.ts",
				from: "\t\t\t\tprotect: kept,",
				to: "\t\t\t\tprotect: false,",
			},
		],
		says: /^prod-storage is protected no longer: its images go when it does$/,
	},
	{
		name: "Prod takes any tag",
		stack: "dev",
		edits: [
			{
				file: "topology/naming.ts",
				from: "prod: { names: [TEAM_APP], tags: [SEMVER] },",
				to: "prod: { names: [TEAM_APP], tags: [ANY_TAG] },",
			},
		],
		says: /^what prod takes \(tags\) changes from /,
	},
	{
		name: "a component has another name and no alias",
		stack: "dev",
		edits: [
			{
				file: "stacks/home.ts",
				from: '\t\t\t\t"prod",\n\t\t\t\t{',
				to: '\t\t\t\t"production",\n\t\t\t\t{',
			},
		],
		says: /^component prod is made anew as production without an alias, with all \d+ resources in it$/,
	},
	{
		name: "a region is gone",
		stack: "dev",
		edits: [
			{
				file: "Pulumi.dev.yaml",
				from: "      us: { port: 5121, anonymousPull: true }\n",
				to: "",
			},
		],
		says: /^registry prod-us is removed, with what it holds$/,
	},
	{
		name: "Prod is cleaned up",
		stack: "dev",
		edits: [
			{
				file: "topology/retention.ts",
				from: "\tsandbox: { days: 14, keep: 0 },",
				to: "\tsandbox: { days: 14, keep: 0 },\n\tprod: { days: 30, keep: 0 },",
			},
		],
		says: /^retention of prod \(days\) changes from not set to 30$/,
	},
	{
		name: "images of pods are named by tag",
		stack: "k8s",
		edits: [
			{
				file: "stacks/k8s.ts",
				from: '({ kind: "given" as const, reference });',
				to: '({ kind: "given" as const, reference: reference.split("@")[0] ?? "" });',
			},
		],
		says: /^K-07: /,
	},
	{
		name: "a secret is in a ConfigMap",
		stack: "k8s",
		edits: [
			{
				file: "stacks/k8s.ts",
				from: "\tconst given = ",
				to: `\tnew kubernetes.core.v1.ConfigMap("note", { data: { password: "${CANARY}" } }, { provider: opts.providers[0] });\n\tconst given = `,
			},
		],
		says: /^K-15: ConfigMap 'note': 'password' has a value for 'password'/,
	},
	{
		name: "an exception lets unsigned images into Prod",
		stack: "dev",
		edits: [
			{
				file: "Pulumi.dev.yaml",
				from: "        platforms: [linux/amd64]\n",
				to: "        platforms: [linux/amd64]\n      exceptions:\n        - { repositories: [team/app], checks: [signature], owner: somebody, reason: it is urgent }\n",
			},
		],
		says: /^what Prod asks of an image \(promotion\.exceptions\.0\.checks\) changes from not set to signature$/,
	},
];
