import { expect, test } from "vitest";
import {
	exitStatus,
	type ItemResult,
	type MirrorReport,
	OUTCOMES,
	renderReport,
	summaryOf,
} from "../../../../services/jobs/mirror/report.ts";
import { countOutcomes } from "../../../../services/jobs/run-report.ts";

const A = `sha256:${"a".repeat(64)}` as const;
const B = `sha256:${"b".repeat(64)}` as const;

const place = {
	repository: "docker.io/library/debian",
	tag: "12",
	file: "m.yaml",
	path: "images[0].tags[0]",
};

function reportOf(
	items: readonly ItemResult[],
	other: Partial<MirrorReport> = {},
): MirrorReport {
	return {
		destination: "archive.example.com",
		dryRun: false,
		startedAt: "2026-11-24T12:00:00.000Z",
		seconds: 1.25,
		counts: countOutcomes(OUTCOMES, items),
		blobs: { present: 1, mounted: 2, uploaded: 3, uploadedBytes: 4096 },
		expired: [],
		items,
		...other,
	};
}

test("a person reads what happened, what is kept and why something did not", () => {
	const items: readonly ItemResult[] = [
		{ ...place, digest: A, outcome: "mirrored", leftOut: ["x stays behind"] },
		{ ...place, tag: "11", digest: B, outcome: "present" },
		{
			...place,
			tag: "10",
			digest: A,
			outcome: "moved",
			kept: { digest: B, tag: "10-kept-20261124-bbbbbbbbbbbb" },
		},
		{ ...place, tag: "9", digest: A, outcome: "drift", reason: "gone" },
		{ ...place, tag: "8", outcome: "failed", reason: "upstream away: x" },
	];
	expect(
		renderReport(reportOf(items, { expired: ["m.yaml: expired"] })),
	).toBe(`m.yaml: expired
mirrored   docker.io/library/debian:12 ${A}
           x stays behind
moved      docker.io/library/debian:10 ${A}
           ${B} is kept as 10-kept-20261124-bbbbbbbbbbbb
drift      docker.io/library/debian:9 ${A}
           m.yaml:images[0].tags[0]: gone
failed     docker.io/library/debian:8
           m.yaml:images[0].tags[0]: upstream away: x
1 mirrored, 1 moved, 0 overridden, 1 already there, 1 gone upstream, 1 failed, 1 expired overrides; 3 blobs uploaded (4.0 KiB), 2 mounted, 1 already there; 1.3 s
`);
});

test("a plan counts what a run would write", () => {
	const items = [{ ...place, digest: A, outcome: "planned" }] as const;
	expect(renderReport(reportOf(items, { dryRun: true }))).toBe(
		`planned    docker.io/library/debian:12 ${A}
1 to write, 0 already there, 0 gone upstream, 0 failed, 0 expired overrides; 1.3 s
`,
	);
});

test.each(OUTCOMES.map((outcome) => [outcome]))(
	"the status after '%s' is 1 only when a tag is not what it should be",
	(outcome) => {
		const report = reportOf([{ ...place, outcome }]);
		const isWrong = outcome === "failed" || outcome === "aborted";
		expect(exitStatus(report)).toBe(isWrong ? 1 : 0);
	},
);

test("the status is 1 as long as an override has expired", () => {
	expect(exitStatus(reportOf([], { expired: ["m.yaml: expired"] }))).toBe(1);
});

test("the summary has what a status page shows, and at most 20 lines of trouble", () => {
	const items = Array.from({ length: 30 }, (_, i) => ({
		...place,
		tag: `${i}`,
		outcome: "failed" as const,
		reason: "upstream away",
	}));
	const report = reportOf(items, { expired: ["m.yaml: expired"] });
	const { trouble, ...rest } = summaryOf(report);
	expect(rest).toEqual({
		exitStatus: 1,
		seconds: 1.25,
		counts: report.counts,
		blobs: report.blobs,
	});
	expect(trouble).toHaveLength(20);
	expect(trouble.slice(0, 2)).toEqual([
		"m.yaml: expired",
		"failed docker.io/library/debian:0: upstream away",
	]);
});
