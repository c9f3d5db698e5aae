import type { IdentitySpec } from "./identity-spec.ts";
import { anchored } from "./naming.ts";

/** The claims in which an issuer that serves everybody says whose token it is, if it is such a one. */
export function ownerClaims(issuer: string): readonly string[] | undefined {
	return SHARED_ISSUERS[issuer.replace(/\/$/, "")];
}

// Not the claims that a stranger chooses, such as branches and environments. `job_workflow_ref` is one of
// them: whoever calls a reusable workflow of somebody else has that workflow's name in it.
const SHARED_ISSUERS: Readonly<Record<string, readonly string[]>> = {
	// https://docs.github.com/en/actions/reference/security/oidc
	"https://token.actions.githubusercontent.com": [
		"sub",
		"repository",
		"repository_id",
		"repository_owner",
		"repository_owner_id",
	],
	// https://docs.gitlab.com/ci/secrets/id_token_authentication/#token-payload
	"https://gitlab.com": [
		"sub",
		"project_path",
		"project_id",
		"namespace_path",
		"namespace_id",
	],
	// https://buildkite.com/docs/agent/cli/reference/oidc
	"https://agent.buildkite.com": [
		"sub",
		"organization_slug",
		"organization_id",
		"pipeline_id",
	],
	"https://accounts.google.com": ["sub", "email", "hd"],
};

/** Whether the conditions let tokens in that have nothing to do with each other or with the estate. */
export function takesStrangers({
	issuer,
	claims,
}: Pick<IdentitySpec, "issuer" | "claims">): boolean {
	const telling = ownerClaims(issuer);
	return Object.entries(claims)
		.filter(([claim]) => telling?.includes(claim) ?? true)
		.every(([, pattern]) => matchesStranger(pattern, telling !== undefined));
}

/**
 * Tries a pattern on claims of strangers. Strangers choose names that resemble those of the pattern
 * (`acme-stranger` where it says `acme.*`), or call their own repository like it (`.*\/app`).
 */
function matchesStranger(pattern: string, everybody: boolean): boolean {
	const matches = anchored(pattern);
	if (!everybody) return UNRELATED.every((text) => matches.test(text));
	const words = pattern.match(/[A-Za-z0-9_-]+/g) ?? [];
	const owners = [
		...UNRELATED,
		...words.flatMap((w) => [`${w}-stranger`, `${w}stranger`, `stranger-${w}`]),
	];
	const names = ["x", ...words.flatMap((word) => [word, `${word}/x`])];
	return owners.some((owner) =>
		[owner, ...names.flatMap((name) => claimsOf(owner, name))].some((text) =>
			matches.test(text),
		),
	);
}

/** Owners, as name and as number. */
const UNRELATED = ["a-stranger", "nobody", "4711"];

// How the claims of `SHARED_ISSUERS` name something of an owner.
const claimsOf = (owner: string, name: string): readonly string[] => [
	`${owner}/${name}`,
	`repo:${owner}/${name}:ref:refs/heads/main`,
	`project_path:${owner}/${name}:ref_type:branch:ref:main`,
	`organization:${owner}:pipeline:${name}:ref:refs/heads/main:commit:0:step:0`,
	`x@${owner}.com`,
	`${owner}.com`,
];
