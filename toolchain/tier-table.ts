import type { Estate } from "../topology/estate.ts";
import { tierSummaries } from "../topology/tier-summary.ts";
import { plainTable } from "./plain-table.ts";

/** The tiers of an estate for a person: where they are, who may use them, and how to log in. */
export function tierTable(estate: Estate): string {
	const table = plainTable(
		["tier", "address", "push", "pull", "log in"],
		tierSummaries(estate).map(({ tier, address, push, pull }) => [
			tier,
			address ?? "not published",
			push.join(", ") || "nobody",
			pull.join(", ") || "nobody",
			address ? loginHint(tier, push) : "",
		]),
	);
	return `\n${table}\n`;
}

function loginHint(tier: string, push: readonly string[]): string {
	return push.includes("anonymous")
		? "not needed"
		: `npm run login -- <who> ${tier}`;
}
