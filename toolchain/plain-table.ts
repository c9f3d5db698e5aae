import Table from "cli-table3";

/** A table of columns apart by blanks, without lines: readable in a log too. */
export function plainTable(
	head: readonly string[],
	rows: readonly (readonly string[])[],
): string {
	const table = new Table({
		head: [...head],
		style: { head: [], border: [], compact: true },
		chars: NO_LINES,
	});
	table.push(...rows.map((row) => [...row]));
	return table
		.toString()
		.split("\n")
		.map((line) => line.trimEnd())
		.join("\n");
}

const NO_LINES = {
	top: "",
	"top-mid": "",
	"top-left": "",
	"top-right": "",
	bottom: "",
	"bottom-mid": "",
	"bottom-left": "",
	"bottom-right": "",
	left: "",
	"left-mid": "",
	mid: "",
	"mid-mid": "",
	right: "",
	"right-mid": "",
	middle: " ",
};
