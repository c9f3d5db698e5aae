import { printable } from "../../../oci/printable.ts";
import { type PromotionReport, renderSummary } from "../report.ts";
import { askedBy, inOrder, remarksOn, shortDigest } from "./rows.ts";

const HEAD = ["outcome", "image", "digest", "asked for by"];
const INDENT = 10;
/** Lines shorter than this are harder to read than lines that the terminal breaks. */
const NARROWEST = 40;

/**
 * The report as a table for a terminal, what needs somebody first, each reason below its item.
 *
 * It pads by itself: cli-table3 needs three seconds for 5,000 items.
 *
 * @param columns of the terminal
 */
export function renderTable(report: PromotionReport, columns: number): string {
	const width = Math.max(columns - INDENT, NARROWEST);
	const items = inOrder(report.items);
	const rows = items.map((item) => [
		item.outcome,
		`${item.repository}:${item.tag}`,
		shortDigest(item.digest),
		printable(askedBy(item)),
	]);
	const lines = aligned([HEAD, ...rows]);
	return [
		...report.problems,
		...lines.slice(0, rows.length > 0 ? 1 : 0),
		...items.flatMap((item, i) => [
			lines[i + 1] ?? "",
			...remarksOn(item)
				.flatMap((remark) => wrapped(remark, width))
				.map((line) => `${" ".repeat(INDENT)}${line}`),
		]),
		...report.notes.map((note) => `note: ${note}`),
		renderSummary(report),
		"",
	].join("\n");
}

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
	const widths = HEAD.map((_, column) =>
		rows.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), 0),
	);
	return rows.map((row) =>
		row
			.map((cell, column) => cell.padEnd(widths[column] ?? 0))
			.join("  ")
			.trimEnd(),
	);
}

/** The text in lines of at most so many characters, save for words that are longer. */
function wrapped(text: string, width: number): readonly string[] {
	const lines: string[] = [];
	let line = "";
	for (const word of text.split(" ")) {
		if (line !== "" && line.length + 1 + word.length > width) {
			lines.push(line);
			line = word;
		} else line = line === "" ? word : `${line} ${word}`;
	}
	return [...lines, line];
}
