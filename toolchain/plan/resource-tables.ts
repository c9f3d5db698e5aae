import type { Cell, Table, Tone } from "./page.ts";
import type { ResourceChange } from "./resource-changes.ts";

const TONES: Readonly<Record<ResourceChange["action"], Tone>> = {
	create: "added",
	update: "changed",
	replace: "changed",
	delete: "removed",
	rename: "changed",
};

/** A table for each place of the program: a tier, a front, a job. What holds images and goes is marked. */
export function resourceTables(
	resources: readonly ResourceChange[],
): readonly Table[] {
	const places = Map.groupBy(
		resources.filter(({ component }) => !component),
		({ within }) => within.slice(0, 2).join(" / ") || "the stack itself",
	);
	return [...places].map(([place, changes]) => ({
		caption: place,
		head: ["resource", "what happens", "for"],
		rows: changes.map(rowOf),
	}));
}

const WORDS: Readonly<Record<ResourceChange["action"], string>> = {
	create: "created",
	update: "changed in place",
	replace: "replaced",
	delete: "deleted",
	rename: "renamed, nothing else",
};

function rowOf(change: ResourceChange): readonly Cell[] {
	const { action, name, type, data, losesProtection, inputs } = change;
	const loses = data && (action === "replace" || action === "delete");
	return [
		{ text: `${name} (${kindOf(type)})` },
		{
			text: [
				WORDS[action],
				...(loses ? ["its images are lost"] : []),
				...(losesProtection ? ["protected no longer"] : []),
			].join("; "),
			tone: loses || losesProtection ? "danger" : TONES[action],
		},
		{
			text: inputs
				.map(({ path, replaces }) => (replaces ? `${path} (replaces)` : path))
				.join(", "),
		},
	];
}

const kindOf = (type: string) => type.split(":").at(-1) ?? type;
