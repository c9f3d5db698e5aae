import { styleText } from "node:util";
import { PRINCIPALS, VERBS } from "../topology/access.ts";
import {
	type CellResult,
	type FrontResult,
	type SelfTestReport,
	tallyOf,
} from "../topology/self-test-report.ts";
import { plainTable } from "./plain-table.ts";

/** The access table as it was found, for a person: what is wrong in words, and a last line that counts. */
export function selfTestTable(report: SelfTestReport): string {
	const { cells, fronts } = report;
	const { passed, failed, notTried } = tallyOf(report);
	const registries = [...new Set(cells.map(({ registry }) => registry))];
	const rows = registries.map((registry) => [
		registry,
		...PRINCIPALS.map((principal) =>
			VERBS.map((verb) =>
				mark(
					cells.find(
						(cell) =>
							cell.registry === registry &&
							cell.principal === principal &&
							cell.verb === verb,
					),
				),
			).join(""),
		),
	]);
	return [
		plainTable(["tier", ...PRINCIPALS], rows),
		"",
		`each cell: ${VERBS.join(", ")}; ✓ allowed and worked, · refused as it must be, ${WRONG} wrong, – not tried`,
		...(fronts.length > 0 ? [frontLine(fronts)] : []),
		...failures(report),
		...omissions(cells),
		...(notTried > 0 ? [`${notTried} not tried`] : []),
		`self-test: ${passed} passed, ${failed} failed`,
	].join("\n");
}

const WRONG = "✗";

function mark(cell: CellResult | undefined): string {
	switch (cell?.outcome) {
		case "passed":
			return cell.allowed ? "✓" : "·";
		case "failed":
			return styleText("red", WRONG, { stream: process.stdout });
		default:
			return "–";
	}
}

function frontLine(fronts: readonly FrontResult[]): string {
	const passed = fronts.filter(({ outcome }) => outcome === "passed").length;
	return `${passed} of ${fronts.length} published ports answer 421 to the name of Prod's writing half`;
}

function failures({ cells, fronts }: SelfTestReport): readonly string[] {
	return [
		...byReason(cells, "failed").map((line) => `${WRONG} ${line}`),
		...fronts
			.filter(({ outcome }) => outcome === "failed")
			.map(({ name, reason }) => `${WRONG} ${name}: ${reason}`),
	];
}

function omissions(cells: readonly CellResult[]): readonly string[] {
	return byReason(cells, "not-tried").map((line) => `– ${line}`);
}

// One line for each reason: a tier that is away or empty would fill the screen.
function byReason(
	cells: readonly CellResult[],
	outcome: CellResult["outcome"],
): readonly string[] {
	const some = cells.filter((cell) => cell.outcome === outcome);
	const lines = Map.groupBy(
		some,
		({ registry, reason }) => `${registry}: ${reason}`,
	);
	return [...lines].map(([line, all]) => `${line} (${listed(all)})`);
}

const listed = (cells: readonly CellResult[]) =>
	Object.entries(Object.groupBy(cells, ({ principal }) => principal))
		.map(([principal, own]) =>
			[principal, ...own.map(({ verb }) => verb)].join(" "),
		)
		.join(", ");
