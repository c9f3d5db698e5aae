import Table from "cli-table3";
import type { Estate } from "../topology/estate.ts";
import { tierSummaries } from "../topology/tier-summary.ts";

/** The tiers of an estate for a person: where they are, who may use them, and how to log in. */
export function tierTable(estate: Estate): string {
	const table = new Table({
		head: ["tier", "address", "push", "pull", "log in"],
		style: { head: [], border: [], compact: true },
		chars: PLAIN,
	});
	for (const { tier, address, push, pull } of tierSummaries(estate)) {
		table.push([
			tier,
			address ?? "not published",
			push.join(", ") || "nobody",
			pull.join(", ") || "nobody",
			address ? loginHint(tier, push) : "",
		]);
	}
	return `\n${table.toString()}\n`;
}

function loginHint(tier: string, push: readonly string[]): string {
	return push.includes("anonymous")
		? "not needed"
		: `npm run login -- <who> ${tier}`;
}

// Columns apart by two blanks, without lines: readable in a log too.
const PLAIN = {
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
