import type { DrawnPicture } from "./drawn-picture.ts";
import type { Finding } from "./findings.ts";
import type { Plan } from "./plan.ts";
import { sectionsOf } from "./sections.ts";
import type { StackPlan } from "./stack-plan.ts";

/** What a cell is marked as. */
export type Tone = "added" | "removed" | "changed" | "danger" | "good";

export interface Cell {
	readonly text: string;
	readonly tone?: Tone;
}

/** A table; the first cell of a row names it. */
export interface Table {
	readonly caption: string;
	readonly head: readonly string[];
	readonly rows: readonly (readonly Cell[])[];
}

/** A part that is folded at first. */
export interface Section {
	readonly title: string;
	readonly tables: readonly Table[];
	readonly picture?: DrawnPicture;
}

/** What is to be shown of one stack. */
export interface StackPage {
	readonly stack: string;
	/** A line, e.g. `3 resources created, 1 replaced`. */
	readonly summary: string;
	readonly findings: readonly Finding[];
	readonly sections: readonly Section[];
}

/** What is to be shown of a plan, whatever it is written in. */
export interface Page {
	readonly title: string;
	/** What to make of it, in one sentence. */
	readonly verdict: string;
	readonly stacks: readonly StackPage[];
}

/** Arranges a plan for its readers: the verdict, what they have to know, then everything else. */
export function pageOf({ base, incomparable, stacks, fails }: Plan): Page {
	const dangers = stacks
		.flatMap(({ findings }) => findings)
		.filter(({ level }) => level === "danger").length;
	const changed = stacks.some(({ state }) => state !== "unchanged");
	const verdict = fails
		? "This must not be deployed."
		: dangers > 0
			? `${plural(dangers, "change needs", "changes need")} a close look.`
			: changed && incomparable === undefined
				? "Nothing here takes away a promise."
				: incomparable === undefined
					? "Nothing changes."
					: "Every invariant holds.";
	return {
		title: `Plan against ${base.name} (${base.commit.slice(0, 10)})`,
		verdict:
			incomparable === undefined
				? verdict
				: `${verdict} Nothing is compared: the base cannot say what it is (${incomparable}).`,
		stacks: stacks.map((stack) => ({
			stack: stack.stack,
			summary: summaryOf(stack),
			findings: stack.findings,
			sections: sectionsOf(stack),
		})),
	};
}

export const plural = (count: number, one: string, many: string) =>
	`${count} ${count === 1 ? one : many}`;

const DONE = {
	create: "created",
	update: "changed",
	replace: "replaced",
	delete: "deleted",
	rename: "renamed",
} as const;

function summaryOf({ state, resources, settings, access }: StackPlan): string {
	if (state === "unchanged") return "unchanged";
	if (state === "alone") return "not compared";
	const counts = Object.entries(DONE).flatMap(([action, done]) => {
		const count = (resources ?? []).filter(
			(change) => change.action === action && !change.component,
		).length;
		return count > 0 ? [`${count} ${done}`] : [];
	});
	return [
		...(state === "changed" ? [] : [state]),
		resources === undefined
			? "resources not known"
			: `resources: ${counts.join(", ") || "none changed"}`,
		...(state === "changed"
			? [
					`rights: ${access.changes.length || "none"} changed`,
					`settings: ${settings.length || "none"} changed`,
				]
			: []),
	].join("; ");
}
