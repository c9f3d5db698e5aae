import { accessTable } from "./access-table.ts";
import type { DrawnPicture } from "./drawn-picture.ts";
import type { Finding } from "./findings.ts";
import type { Plan } from "./plan.ts";
import { resourceTables } from "./resource-tables.ts";
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

function sectionsOf(plan: StackPlan): readonly Section[] {
	const {
		access,
		picture,
		settings,
		resources = [],
		invariants,
		promotions,
		flows,
	} = plan;
	return [
		...(access.after.length + access.before.length > 0
			? [
					{
						title: `Who may do what (${plural(access.changes.length, "change", "changes")})`,
						tables: [accessTable(access.before, access.after, plan.state)],
					},
				]
			: []),
		...(picture.nodes.length > 0
			? [
					{
						title: `How images travel (${plural(flows.added.length, "new way", "new ways")}, ${flows.removed.length} gone)`,
						tables: flowTables(plan),
						picture,
					},
				]
			: []),
		...(resources.length > 0
			? [
					{
						title: `Resources (${plural(resources.filter(({ component }) => !component).length, "change", "changes")})`,
						tables: resourceTables(resources),
					},
				]
			: []),
		...(settings.length > 0 && plan.state === "changed"
			? [
					{
						title: `Settings (${plural(settings.length, "change", "changes")})`,
						tables: [
							{
								caption: "Settings that change, defaults filled in",
								head: ["setting", "before", "after"],
								rows: settings.map(({ path, before, after }) => [
									{ text: path },
									{ text: before ?? "", tone: "removed" as const },
									{ text: after ?? "", tone: "added" as const },
								]),
							},
						],
					},
				]
			: []),
		...(promotions ? promotionSection(promotions) : []),
		...(invariants.length > 0
			? [
					{
						title: `Invariants (${invariants.filter(({ broken }) => broken.length > 0).length} of ${invariants.length} broken)`,
						tables: [
							{
								caption: "Invariants and engine limits",
								head: ["id", "what holds", "state"],
								rows: invariants.map(({ id, statement, broken }) => [
									{ text: id },
									{ text: statement },
									broken.length > 0
										? { text: broken.join("; "), tone: "danger" as const }
										: { text: "holds", tone: "good" as const },
								]),
							},
						],
					},
				]
			: []),
	];
}

function flowTables({ flows }: StackPlan): readonly Table[] {
	const rows = [
		...flows.added.map((flow) => ({ flow, tone: "added" as const })),
		...flows.removed.map((flow) => ({ flow, tone: "removed" as const })),
	];
	if (rows.length === 0) return [];
	return [
		{
			caption: "Ways of images that come and go",
			head: ["from", "to", "by", ""],
			rows: rows.map(({ flow, tone }) => [
				{ text: flow.from },
				{ text: flow.to },
				{ text: flow.by },
				{ text: tone === "added" ? "new" : "gone", tone },
			]),
		},
	];
}

function promotionSection(
	promotions: NonNullable<StackPlan["promotions"]>,
): readonly Section[] {
	const { added, removed, rules } = promotions;
	const images = [
		...added.map((image) => ({ image, tone: "added" as const })),
		...removed.map((image) => ({ image, tone: "removed" as const })),
	];
	const remarks = [
		...rules.added.map((text) => ({ text, tone: "added" as const })),
		...rules.removed.map((text) => ({ text, tone: "removed" as const })),
	];
	if (images.length + remarks.length === 0) return [];
	return [
		{
			title: `Promotion (${added.length} offered, ${removed.length} offered no longer)`,
			tables: [
				...(images.length > 0
					? [
							{
								caption: "Images offered in Prod",
								head: ["image", "digest", ""],
								rows: images.map(({ image, tone }) => [
									{ text: `${image.repository}:${image.tag}` },
									{ text: image.digest },
									image.refused === undefined
										? {
												text:
													tone === "added" ? "offered" : "offered no longer",
												tone,
											}
										: { text: image.refused, tone: "danger" as const },
								]),
							},
						]
					: []),
				...(remarks.length > 0
					? [
							{
								caption: "Rules",
								head: ["rule", ""],
								rows: remarks.map(({ text, tone }) => [
									{ text },
									{ text: tone === "added" ? "new" : "gone", tone },
								]),
							},
						]
					: []),
			],
		},
	];
}
