import { expect, test } from "vitest";
import { renderJson } from "../../../../services/jobs/cleanup/json.ts";
import { renderReport } from "../../../../services/jobs/cleanup/render.ts";
import {
	type CleanupReport,
	exitStatus,
	OUTCOMES,
	type Outcome,
	summaryOf,
	type TagResult,
} from "../../../../services/jobs/cleanup/report.ts";
import { countOutcomes, sumOf } from "../../../../services/jobs/run-report.ts";

const item = (
	name: string,
	outcome: Outcome,
	reason = "it is so",
): TagResult => {
	const [repository = "", tag = ""] = name.split(":");
	return { repository, tag, outcome, reason };
};

function report(
	items: readonly TagResult[],
	own: Partial<CleanupReport> = {},
	ends: { warnings?: string[]; problems?: string[] } = {},
): CleanupReport {
	const counts = countOutcomes(OUTCOMES, items);
	const registry = {
		name: "ci-tests",
		host: "ci-tests.home.test:8080",
		retention: { days: 7, keep: 0 },
		counts,
		warnings: [],
		problems: [],
		items,
		...ends,
	};
	const empty = {
		...registry,
		name: "sandbox",
		host: "sandbox.home.test:8080",
		retention: { days: 1, keep: 20 },
		counts: countOutcomes(OUTCOMES, []),
		warnings: [],
		problems: [],
		items: [],
	};
	return {
		dryRun: false,
		startedAt: "2026-11-24T03:00:00.000Z",
		seconds: 1.25,
		counts: sumOf(OUTCOMES, [registry.counts, empty.counts]),
		registries: [registry, empty],
		...own,
	};
}

const items = [
	item("team/app:a", "removed"),
	item("team/app:b", "kept"),
	item("team/app:c", "left", "it has moved"),
	item("team/other:a", "kept"),
	item("team/x:a", "failed", "HEAD was refused"),
];

test("a run shows what changed and what went wrong, and counts the rest", () => {
	const ends = { warnings: ["no ledger"], problems: ["team/y was left alone"] };
	expect(
		renderReport(report(items, {}, ends)),
	).toBe(`ci-tests at ci-tests.home.test:8080, where 7 days are kept
no ledger
team/y was left alone
removed team/app:a because it is so
left    team/app:c because it has moved
failed  team/x:a because HEAD was refused
REPOSITORY  TAGS  KEPT  REMOVED  OTHER
team/app       3     1        1      1
team/x         1     0        0      1

sandbox at sandbox.home.test:8080, where 1 day is kept and the newest 20 tags of a repository however old

1 removed, 2 kept, 1 left, 1 failed; 1.3 s
`);
});

test("a plan explains every tag and counts every repository", () => {
	const planned = [
		item("team/app:a", "planned"),
		item("team/app:b", "kept"),
		item("team/other:a", "kept"),
	];
	expect(
		renderReport(report(planned, { dryRun: true })),
	).toBe(`ci-tests at ci-tests.home.test:8080, where 7 days are kept
remove  team/app:a because it is so
kept    team/app:b because it is so
kept    team/other:a because it is so
REPOSITORY  TAGS  KEPT  REMOVE  OTHER
team/app       2     1       1      0
team/other     1     1       0      0

sandbox at sandbox.home.test:8080, where 1 day is kept and the newest 20 tags of a repository however old

1 to remove, 2 kept, 0 failed; 1.3 s
`);
});

test("a run that was stopped says how much it left", () => {
	expect(renderReport(report([item("team/app:a", "aborted")]))).toContain(
		"0 removed, 0 kept, 0 left, 0 failed, 1 aborted; 1.3 s\n",
	);
});

test("the pieces of JSON are those of the report", () => {
	const many = Array.from({ length: 2000 }, (_, n) => item(`a:${n}`, "kept"));
	for (const tags of [[], items, many]) {
		const whole = report(tags, {}, { warnings: ["no ledger"] });
		const pieces = [...renderJson(whole)];
		expect(JSON.parse(pieces.join(""))).toEqual(whole);
		expect(pieces.at(-1)?.endsWith("}\n")).toBe(true);
		// A piece is cut where it is long enough, so it is longer by one tag at most.
		for (const piece of pieces) expect(piece.length).toBeLessThan(70_000);
	}
	const none = { ...report([]), registries: [] };
	expect(JSON.parse([...renderJson(none)].join(""))).toEqual(none);
});

test.each<[Outcome, number]>([
	["removed", 0],
	["planned", 0],
	["kept", 0],
	["left", 0],
	["failed", 1],
	["aborted", 1],
])("a tag that was %s makes the exit status %i", (outcome, status) => {
	expect(exitStatus(report([item("team/app:a", outcome)]))).toBe(status);
});

test("a problem makes the exit status 1, a warning does not", () => {
	expect(exitStatus(report([], {}, { problems: ["no answer"] }))).toBe(1);
	expect(exitStatus(report([], {}, { warnings: ["no ledger"] }))).toBe(0);
});

test("a summary has the first of what went wrong and no tag that is as it should be", () => {
	const ends = { warnings: ["no ledger"], problems: ["team/y was left alone"] };
	expect(summaryOf(report(items, {}, ends))).toEqual({
		exitStatus: 1,
		seconds: 1.25,
		counts: { removed: 1, planned: 0, kept: 2, left: 1, failed: 1, aborted: 0 },
		trouble: [
			"ci-tests: team/y was left alone",
			"ci-tests: no ledger",
			"failed ci-tests/team/x:a: HEAD was refused",
		],
	});
	const many = Array.from({ length: 99 }, (_, n) => item(`a:${n}`, "failed"));
	expect(summaryOf(report(many)).trouble).toHaveLength(20);
});
