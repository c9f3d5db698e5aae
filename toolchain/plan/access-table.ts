import { PRINCIPALS, VERBS, type Verb } from "../../topology/access.ts";
import type { AccessRow } from "../../topology/access-matrix.ts";
import type { Cell, Table } from "./page.ts";

/** The table of who may do what, with what comes and goes in its cells. */
export function accessTable(
	before: readonly AccessRow[],
	after: readonly AccessRow[],
	state: string,
): Table {
	const names = new Set([...after, ...before].map(({ registry }) => registry));
	const compare = state === "changed";
	return {
		caption: "Who may do what; everything else is refused",
		head: ["registry", ...PRINCIPALS],
		rows: [...names].map((registry): readonly Cell[] => {
			const was = before.find((row) => row.registry === registry);
			const is = after.find((row) => row.registry === registry);
			return [
				{
					text: registry,
					...(compare && !was && { tone: "added" as const }),
					...(compare && !is && { tone: "removed" as const }),
				},
				...PRINCIPALS.map((principal) => {
					const verbs = (row: AccessRow | undefined) =>
						row?.cells.find((cell) => cell.principal === principal)?.verbs ??
						[];
					return compare
						? cellOf(verbs(was), verbs(is))
						: { text: verbs(is ?? was).join(", ") || "–" };
				}),
			];
		}),
	};
}

function cellOf(was: readonly Verb[], is: readonly Verb[]): Cell {
	const words = VERBS.flatMap((verb) => {
		if (is.includes(verb)) return [was.includes(verb) ? verb : `+${verb}`];
		return was.includes(verb) ? [`−${verb}`] : [];
	});
	const text = words.join(", ") || "–";
	if (words.some((word) => word.startsWith("+")))
		return { text, tone: "added" };
	return words.some((word) => word.startsWith("−"))
		? { text, tone: "removed" }
		: { text };
}
