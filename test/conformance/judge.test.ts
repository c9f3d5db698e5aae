import { describe, expect, test } from "vitest";
import { judge } from "./judge.ts";
import type { SuiteReport, SuiteTest } from "./report.ts";
import { suiteConfig } from "./settings.ts";

const TARGET = {
	address: "localhost:5301",
	username: "ci",
	password: "secret",
	repositories: ["conformance/a", "conformance/b"],
} as const;
const REFUSALS = { refused: /\/push\//, unchanged: /\/pull\// };

const suiteTest = (
	path: string,
	outcome: SuiteTest["outcome"],
	detail = "",
): SuiteTest => ({ name: `OCI Conformance Test/${path}`, outcome, detail });

const DELETE_405 = suiteTest(
	"image/delete/blob-delete",
	"unsupported",
	"registry returned status 405",
);
const REFUSED = suiteTest(
	"image/push/manifest-by-tag",
	"failed",
	"manifest put failed: unexpected status code, expected one of [201], received 403\nmore",
);

function report(...tests: readonly SuiteTest[]): SuiteReport {
	const count = (outcome: SuiteTest["outcome"]) =>
		tests.filter((t) => t.outcome === outcome).length;
	return {
		counts: {
			passed: count("passed"),
			failed: count("failed"),
			skipped: count("unsupported"),
			disabled: count("disabled"),
		},
		tests,
		config: suiteConfig(TARGET, [], "results"),
	};
}

describe("a run that conforms", () => {
	test("has the suite's counts and no problem", () => {
		const seen = report(
			suiteTest("ping", "passed"),
			suiteTest("empty/referrers", "disabled"),
			DELETE_405,
		);
		expect(judge({ off: [] }, seen)).toEqual({
			passed: 1,
			failed: 0,
			skipped: 1,
			disabled: 1,
			problems: [],
			unsupported: [
				{
					what: "blob delete",
					reason:
						"every front answers 405: blobs are removed by garbage collection alone",
					tests: 1,
				},
			],
		});
	});
});

describe("a run fails", () => {
	const problemsOf = (...tests: readonly SuiteTest[]) => {
		const { failed, problems } = judge(
			{ off: [] },
			report(suiteTest("ping", "passed"), ...tests),
		);
		expect(failed).toBe(problems.length);
		return problems;
	};

	test("by a failure of the suite", () => {
		expect(problemsOf(DELETE_405, REFUSED)).toEqual([
			"image/push/manifest-by-tag: manifest put failed: unexpected status code, expected one of [201], received 403",
		]);
	});

	test("by something that is unexpectedly not supported", () => {
		const ranges = suiteTest("range", "unsupported", "full blob returned");
		expect(problemsOf(DELETE_405, ranges)).toEqual([
			"range: full blob returned",
		]);
	});

	test("by a blob that is deleted", () => {
		const deleted = suiteTest("index/delete/blob-delete", "passed");
		expect(problemsOf(DELETE_405, deleted)).toEqual([
			"not answered 405: index/delete/blob-delete: passed",
		]);
	});

	test("by a blob delete that is refused with another status", () => {
		const other = suiteTest(
			"image/delete/blob-delete",
			"unsupported",
			"registry returned status 501",
		);
		expect(problemsOf(other)).toEqual([
			"image/delete/blob-delete: registry returned status 501",
		]);
	});

	test("when no blob delete was tried", () => {
		expect(problemsOf()).toEqual(["no blob delete was tried"]);
	});

	test("when the suite ran with other switches", () => {
		const off = [{ switches: ["apis.push"], reason: "because" }] as const;
		const seen = report(suiteTest("ping", "passed"), DELETE_405);
		expect(judge({ off }, seen).problems).toEqual([
			"the suite did not run with apis.push as it was told",
		]);
	});

	test("when nothing passed", () => {
		expect(judge({ off: [] }, report(DELETE_405))).toMatchObject({
			passed: 0,
			failed: 1,
			problems: ["no test showed what this run is for"],
		});
	});
});

describe("a run that must be refused something", () => {
	const verdictOf = (...tests: readonly SuiteTest[]) =>
		judge({ off: [], refusals: REFUSALS }, report(DELETE_405, ...tests));

	test("counts what was refused, and lets the rest pass", () => {
		const { passed, failed } = verdictOf(
			REFUSED,
			suiteTest("image/push/blob-post-put", "disabled"),
			suiteTest("image/pull/manifest-by-tag", "failed", "received 404"),
			suiteTest("ping", "passed"),
		);
		expect([passed, failed]).toEqual([1, 0]);
	});

	test.each([
		["passes", "passed", ""],
		["is only not supported", "unsupported", "not supported"],
		["fails for another reason", "failed", "received 500"],
		["fails without an answer", "failed", "connection refused"],
	] as const)("fails when it %s", (_how, outcome, detail) => {
		const push = suiteTest("index/push/manifest-by-tag", outcome, detail);
		expect(verdictOf(REFUSED, push).problems).toContain(
			`not refused: index/push/manifest-by-tag: ${detail || outcome}`,
		);
	});

	test("fails when what was refused is there all the same", () => {
		const pull = suiteTest("image/pull/manifest-by-tag", "passed");
		expect(verdictOf(REFUSED, pull).problems).toEqual([
			"changed: image/pull/manifest-by-tag: passed",
		]);
	});

	test("fails when something else fails", () => {
		const ping = suiteTest("ping", "failed", "received 502");
		expect(verdictOf(REFUSED, ping).problems).toEqual(["ping: received 502"]);
	});

	test("fails when nothing was refused", () => {
		expect(verdictOf(suiteTest("ping", "passed")).problems).toEqual([
			"no test showed what this run is for",
		]);
	});
});
