import { describe, expect, test } from "vitest";
import project from "../package.json" with { type: "json" };
import versions from "../toolchain/versions.json" with { type: "json" };
import { type Job, loadWorkflows, WORKFLOWS } from "./workflows.ts";

const ALL = loadWorkflows();
const OURS = ALL.filter(({ file }) => file.startsWith(WORKFLOWS));

/** What holds for each job, by its place. */
function jobs(workflows = ALL): readonly (readonly [string, Job])[] {
	return workflows.flatMap(({ file, jobs }) =>
		Object.entries(jobs).map(
			([name, job]) => [`${file} ${name}`, job] as const,
		),
	);
}
const steps = (workflows = ALL) =>
	jobs(workflows).flatMap(([place, { steps = [] }]) =>
		steps.map((step) => ({ place, ...step })),
	);

test("there is a workflow for each thing that happens to a change", () => {
	expect(ALL.map(({ file }) => file).sort()).toEqual([
		".github/workflows/deploy-stack.yml",
		".github/workflows/deploy.yml",
		".github/workflows/nightly.yml",
		".github/workflows/promotions.yml",
		".github/workflows/pull-request.yml",
		"docs/ci-job.yml",
	]);
});

test("every action is a commit, with the version it is said to be", () => {
	const foreign = ALL.flatMap(
		({ text }) => text.match(/uses: .*/g) ?? [],
	).filter((line) => !line.startsWith("uses: ./"));
	expect(foreign.length).toBeGreaterThan(10);
	expect(
		foreign.filter(
			(line) => !/^uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line),
		),
	).toEqual([]);
});

test("one action is the same commit everywhere", () => {
	const commits = new Map<string, Set<string>>();
	for (const { uses = "" } of steps()) {
		const [action = "", commit = ""] = uses.split("@");
		commits.set(action, (commits.get(action) ?? new Set()).add(commit));
	}
	expect([...commits].filter(([, used]) => used.size > 1)).toEqual([]);
});

describe("rights", () => {
	test("a workflow has none of its own; each job names what it needs", () => {
		expect(
			ALL.filter(({ permissions }) => JSON.stringify(permissions) !== "{}"),
		).toEqual([]);
		expect(jobs().filter(([, { permissions }]) => !permissions)).toEqual([]);
	});

	test("one job may write, and it runs nothing of the pull request", () => {
		const writing = jobs(OURS).filter(([, { permissions = {} }]) =>
			Object.values(permissions).includes("write"),
		);
		expect(writing.map(([place]) => place)).toEqual([
			".github/workflows/pull-request.yml comment",
		]);
		const [, comment] = writing[0] ?? [];
		expect(comment?.steps?.map(({ run }) => run)).toEqual([
			'gh run download "$GITHUB_RUN_ID" --name plan',
			'gh pr comment "$NUMBER" --edit-last --create-if-none --body-file plan.md',
		]);
	});

	test("what a pull request starts sees no secret and no environment", () => {
		const started = OURS.filter(({ on }) => "pull_request" in on);
		expect(started).toHaveLength(2);
		expect(started.filter(({ text }) => text.includes("secrets"))).toEqual([]);
		expect(jobs(started).filter(([, job]) => job.environment)).toEqual([]);
		expect(
			ALL.filter(
				({ on }) => "pull_request_target" in on || "workflow_run" in on,
			),
		).toEqual([]);
	});

	test("a checkout keeps no token", () => {
		const checkouts = steps().filter(({ uses }) =>
			uses?.startsWith("actions/checkout@"),
		);
		expect(checkouts.length).toBeGreaterThan(4);
		expect(
			checkouts.filter((step) => step.with?.["persist-credentials"] !== false),
		).toEqual([]);
	});
});

test("every job that runs steps ends after some minutes", () => {
	expect(
		jobs().filter(([, job]) => !job.uses && !job["timeout-minutes"]),
	).toEqual([]);
});

test("nothing of an event becomes part of a command", () => {
	expect(steps().filter(({ run }) => run?.includes("${{"))).toEqual([]);
});

test("what runs is what a person runs: npm scripts that exist", () => {
	const lines = steps(OURS).flatMap(({ run }) => run ?? []);
	const scripts = lines.flatMap(
		(line) => /^npm run (?:--silent )?([\w:-]+)/.exec(line)?.[1] ?? [],
	);
	expect(scripts.filter((script) => !(script in project.scripts))).toEqual([]);
	expect(lines.filter((line) => !line.startsWith("npm ")).sort()).toEqual([
		'cat plan.md >> "$GITHUB_STEP_SUMMARY"',
		'gh pr comment "$NUMBER" --edit-last --create-if-none --body-file plan.md',
		'gh run download "$GITHUB_RUN_ID" --name plan',
	]);
});

test("it runs on the Node that the services run on", () => {
	const nodes = steps().flatMap((step) => step.with?.["node-version"] ?? []);
	expect(new Set(nodes)).toEqual(new Set([versions.node]));
});

test("a stack has one deployer, and home comes before regions", () => {
	const deploy = OURS.find(({ file }) => file.endsWith("/deploy.yml"));
	expect(deploy).toMatchObject({
		concurrency: { group: "deploy", "cancel-in-progress": false },
		jobs: {
			"first-region": { needs: "home" },
			"other-regions": {
				needs: "first-region",
				strategy: { "max-parallel": 1 },
			},
		},
	});
	const atStack = jobs(OURS).filter(([, job]) => job.environment);
	expect(atStack.map(([, job]) => "concurrency" in job)).toEqual([
		true,
		true,
		true,
	]);
});
