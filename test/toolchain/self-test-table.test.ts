import { expect, test } from "vitest";
import { selfTestTable } from "../../toolchain/self-test-table.ts";
import { PRINCIPALS, VERBS } from "../../topology/access.ts";
import { selfTestPlan } from "../../topology/self-test-plan.ts";
import {
	type CellResult,
	failedReport,
	joinedReport,
	tallyOf,
} from "../../topology/self-test-report.ts";
import { devEstate } from "../topology/dev-estate.ts";

/** A registry where nobody may do anything and all goes well, but for what is given. */
function cells(
	registry: string,
	other: (cell: string) => Partial<CellResult> = () => ({}),
): readonly CellResult[] {
	return PRINCIPALS.flatMap((principal) =>
		VERBS.map((verb) => ({
			registry,
			tier: "prod" as const,
			principal,
			verb,
			allowed: false,
			outcome: "passed" as const,
			...other(`${principal} ${verb}`),
		})),
	);
}

const front = {
	name: "prod",
	url: "http://127.0.0.1:5104",
	outcome: "passed",
} as const;

/** Lines without the blanks between columns. */
const lines = (table: string) =>
	table.split("\n").map((line) => line.trim().replaceAll(/ {2,}/g, " | "));

test("shows a mark for each verb, and says in words what is wrong and what was not tried", () => {
	const table = selfTestTable({
		seconds: 1,
		fronts: [front, { ...front, outcome: "failed", reason: "got 200" }],
		cells: cells("prod", (cell) => {
			if (cell === "developer pull") return { allowed: true };
			if (cell === "consumer pull") {
				return { allowed: true, outcome: "failed", reason: "refused" };
			}
			if (cell === "consumer create") {
				return { outcome: "failed", reason: "it was done" };
			}
			return /^c(i|ache) retag$/.test(cell)
				? { outcome: "not-tried", reason: "no image is in prod" }
				: {};
		}),
	});
	expect(lines(table)).toEqual([
		"tier | anonymous | developer | ci | promoter | cleaner | archiver | backup | consumer | cache",
		"prod | ···· | ✓··· | ··–· | ···· | ···· | ···· | ···· | ✗✗·· | ··–·",
		"",
		"each cell: pull, create, retag, delete; ✓ allowed and worked, · refused as it must be, ✗ wrong, – not tried",
		"1 of 2 published ports answer 421 to the name of Prod's writing half",
		"✗ prod: refused (consumer pull)",
		"✗ prod: it was done (consumer create)",
		"✗ prod: got 200",
		"– prod: no image is in prod (ci retag, cache retag)",
		"2 not tried",
		"self-test: 33 passed, 3 failed",
	]);
});

test("a tier that is away is one line, not one for each cell", () => {
	const away = cells("ci-tests", () => ({ outcome: "failed", reason: "away" }));
	const table = selfTestTable({ seconds: 1, fronts: [], cells: away });
	const wrong = lines(table).filter((line) => line.startsWith("✗"));
	expect(wrong).toHaveLength(1);
	expect(wrong[0]).toMatch(
		/^✗ ci-tests: away \(anonymous pull create retag delete, developer pull/,
	);
	expect(lines(table).at(-1)).toBe("self-test: 0 passed, 36 failed");
});

test("what could not be tried at all counts as failed, cell by cell and port by port", () => {
	const plan = selfTestPlan(devEstate(), "outside");
	const { failed, passed, notTried } = tallyOf(failedReport(plan, "away"));
	expect([passed, failed, notTried]).toEqual([0, 8 * 36 + 9, 0]);
});

test("reports from several places are one, as long as the longest", () => {
	const one = { seconds: 3, cells: cells("prod"), fronts: [front] };
	const two = { seconds: 5, cells: cells("prod-rw"), fronts: [] };
	expect(joinedReport([one, two])).toEqual({
		seconds: 5,
		cells: [...one.cells, ...two.cells],
		fronts: [front],
	});
});
