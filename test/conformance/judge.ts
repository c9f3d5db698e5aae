import type { ConformanceRun, Refusals } from "./plan.ts";
import type { SuiteReport, SuiteTest } from "./report.ts";
import { switchesIgnored } from "./settings.ts";

/** What a run of the suite showed. */
export interface Verdict {
	/** The suite's count; where something must be refused, the tests that were. */
	readonly passed: number;
	readonly failed: number;
	/** The suite's count of what the registry does not support. */
	readonly skipped: number;
	/** The suite's count of what is switched off. */
	readonly disabled: number;
	/** One for each failure, for the person who looks into it. */
	readonly problems: readonly string[];
	/** What is not supported, with the number of tests. */
	readonly unsupported: readonly Unsupported[];
}

export interface Unsupported {
	readonly what: string;
	readonly reason: string;
	readonly tests: number;
}

const BLOB_DELETE = {
	what: "blob delete",
	test: /\/blob-delete$/,
	detail: /^registry returned status 405$/,
	reason:
		"every front answers 405: blobs are removed by garbage collection alone",
};

/** What the specification leaves open and the tiers do not do. Anything else that is skipped is a failure. */
const UNSUPPORTED = [
	BLOB_DELETE,
	{
		what: "blob in one POST",
		test: /\/blob-post-only$/,
		detail: /^registry does not support content in the POST/,
		reason: "distribution takes a POST and a PUT",
	},
	{
		what: "anonymous mount",
		test: /\/blob-mount-anonymous$/,
		detail: /^registry returned status 202, fell back to blob POST\+PUT$/,
		reason: "distribution mounts from a repository that is named",
	},
];

/** Judges the suite's report by what the run was to show. */
export function judge(
	{ off, refusals }: Pick<ConformanceRun, "off" | "refusals">,
	report: SuiteReport,
): Verdict {
	const { counts, tests, config } = report;
	const failures = refusals
		? refusalProblems(refusals, tests)
		: tests.filter(({ outcome }) => outcome === "failed").map(line);
	const passed = refusals
		? tests.filter((t) => refusals.refused.test(t.name) && wasRefused(t)).length
		: counts.passed;
	const flaws = [
		...switchesIgnored(config, off).map(
			(name) => `the suite did not run with ${name} as it was told`,
		),
		...tests.filter(isUnexpectedSkip).map(line),
		...blobDeleteProblems(tests),
		// A report that shows nothing shows no conformance either.
		...(passed === 0 ? ["no test showed what this run is for"] : []),
	];
	return {
		passed,
		failed: (refusals ? failures.length : counts.failed) + flaws.length,
		skipped: counts.skipped,
		disabled: counts.disabled,
		problems: [...failures, ...flaws],
		unsupported: UNSUPPORTED.flatMap((known) => {
			const count = tests.filter((test) => isKnown(known, test)).length;
			const { what, reason } = known;
			return count === 0 ? [] : [{ what, reason, tests: count }];
		}),
	};
}

const isKnown = (
	known: (typeof UNSUPPORTED)[number],
	{ name, outcome, detail }: SuiteTest,
) =>
	outcome === "unsupported" &&
	known.test.test(name) &&
	known.detail.test(detail);

const isUnexpectedSkip = (test: SuiteTest) =>
	test.outcome === "unsupported" &&
	!UNSUPPORTED.some((known) => isKnown(known, test));

// The suite is content with a blob that is deleted, or that is not there.
function blobDeleteProblems(tests: readonly SuiteTest[]): readonly string[] {
	const tried = tests.filter(({ name }) => BLOB_DELETE.test.test(name));
	if (tried.length === 0) return ["no blob delete was tried"];
	return tried
		.filter(({ outcome }) => outcome === "passed")
		.map((test) => `not answered 405: ${line(test)}`);
}

const wasRefused = ({ outcome, detail }: SuiteTest) =>
	outcome === "failed" && /received 40[135]\b/.test(detail);

function refusalProblems(
	{ refused, unchanged }: Refusals,
	tests: readonly SuiteTest[],
): readonly string[] {
	return tests
		.filter(({ outcome }) => outcome !== "disabled")
		.flatMap((test) => {
			if (refused.test(test.name)) {
				return wasRefused(test) ? [] : [`not refused: ${line(test)}`];
			}
			if (unchanged.test(test.name)) {
				return test.outcome === "failed" ? [] : [`changed: ${line(test)}`];
			}
			return test.outcome === "failed" ? [line(test)] : [];
		});
}

function line({ name, outcome, detail }: SuiteTest): string {
	const [first = ""] = detail.split("\n");
	return `${name.replace(/^[^/]*\//, "")}: ${first || outcome}`;
}
