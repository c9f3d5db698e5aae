import { accessTable } from "./access-table.ts";
import { type Cell, plural, type Section, type Table } from "./page.ts";
import type { PolicyState } from "./policies.ts";
import { resourceTables } from "./resource-tables.ts";
import type { StackPlan } from "./stack-plan.ts";

/** Everything there is to know of a stack, in the order in which it is looked at. */
export function sectionsOf(plan: StackPlan): readonly Section[] {
	const {
		access,
		picture,
		settings,
		resources = [],
		invariants,
		policies,
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
		...rulesSection(
			"Invariants",
			invariants.map(({ id, statement, broken }) => ({
				id,
				sentence: statement,
				broken,
				excepted: [],
			})),
		),
		...rulesSection("Policies", policies),
		...(plan.remarks.length > 0
			? [
					{
						title: `Notes (${plan.remarks.length})`,
						tables: [
							{
								caption: "What the program tells whoever runs it",
								head: ["note"],
								rows: plan.remarks.map((text) => [{ text }]),
							},
						],
					},
				]
			: []),
	];
}

function rulesSection(
	title: string,
	rules: readonly Pick<
		PolicyState,
		"id" | "sentence" | "broken" | "excepted"
	>[],
): readonly Section[] {
	if (rules.length === 0) return [];
	const broken = rules.filter(({ broken }) => broken.length > 0).length;
	return [
		{
			title: `${title} (${broken} of ${rules.length} broken)`,
			tables: [
				{
					caption: title,
					head: ["id", "what holds", "state"],
					rows: rules.map(({ id, sentence, broken, excepted }) => [
						{ text: id },
						{ text: sentence },
						stateOf(broken, excepted),
					]),
				},
			],
		},
	];
}

function stateOf(broken: readonly string[], excepted: readonly string[]): Cell {
	if (broken.length > 0) return { text: broken.join("; "), tone: "danger" };
	return excepted.length > 0
		? { text: excepted.join("; "), tone: "changed" }
		: { text: "holds", tone: "good" };
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
