import type { StackDescription } from "../../stacks/offline/description.ts";
import { accessFindings } from "./findings-access.ts";
import { resourceFindings } from "./findings-resources.ts";
import { settingFindings } from "./findings-settings.ts";
import type { ComparedStack } from "./stack-plan.ts";

/** How much a reviewer has to care. `fails`: nothing may be deployed, and the plan's exit status says so. */
export const LEVELS = ["fails", "danger", "look"] as const;
export type Level = (typeof LEVELS)[number];

/** One thing that a reviewer has to know, as a sentence without a full stop. */
export interface Finding {
	readonly level: Level;
	readonly text: string;
}

/** Everything that is to be said first about a change of a stack, the worst first. */
export function findingsOf(
	plan: ComparedStack,
	before: StackDescription | undefined,
	after: StackDescription | undefined,
): readonly Finding[] {
	const found = [
		...descriptionFindings(before, after),
		...plan.invariants.flatMap(({ id, statement, remedy, broken }) =>
			broken.map((where) => ({
				level: "fails" as const,
				text: `${id}: ${where}; expected: ${statement}. Fix: ${remedy}`,
			})),
		),
		...policyFindings(plan),
		...plan.remarks
			.filter((remark) => !before?.remarks.includes(remark))
			.map((text) => ({ level: "look" as const, text })),
		...promotionFindings(plan),
		// A stack that comes or goes is one finding, not one for each of its parts.
		...(plan.state === "changed"
			? [
					...accessFindings(plan),
					...settingFindings(plan),
					...resourceFindings(plan),
				]
			: []),
	];
	return LEVELS.flatMap((level) => found.filter((f) => f.level === level));
}

function descriptionFindings(
	before: StackDescription | undefined,
	after: StackDescription | undefined,
): readonly Finding[] {
	if (!after) {
		const kept = before?.resources?.filter(({ protect }) => protect).length;
		return [
			{
				level: "danger",
				text: `the stack is removed from the checkout${kept ? `, with ${kept} protected resources` : ""}: what it has put up stays, and nobody describes it any longer`,
			},
		];
	}
	const { invalid, refused } = after;
	if (invalid !== undefined) return [{ level: "fails", text: invalid }];
	const broken = after.model?.invariants.some(
		({ broken }) => broken.length > 0,
	);
	return [
		// The program refuses an estate that breaks its own rules; these are named one by one.
		...(refused !== undefined && !broken
			? [{ level: "fails" as const, text: refused }]
			: []),
		...(before ? [] : [{ level: "look" as const, text: "the stack is new" }]),
		...(before && (before.invalid ?? before.refused) !== undefined
			? [
					{
						level: "look" as const,
						text: `the base does not work, so not everything is compared: ${before.invalid ?? before.refused}`,
					},
				]
			: []),
	];
}

function policyFindings({ policies }: ComparedStack): readonly Finding[] {
	return policies.flatMap(({ level, broken, excepted }) => [
		...first(broken, level === "mandatory" ? "fails" : "look"),
		...first(excepted, "look"),
	]);
}

/** A rule that is broken everywhere is one finding: all places are in the table. */
function first(
	[one, ...others]: readonly string[],
	level: Level,
): readonly Finding[] {
	if (one === undefined) return [];
	const more =
		others.length === 0
			? ""
			: others.length === 1
				? "; and one more place"
				: `; and ${others.length} more places`;
	return [{ level, text: `${one}${more}` }];
}

function promotionFindings({ promotions }: ComparedStack): readonly Finding[] {
	if (!promotions) return [];
	const { added, removed, rules, problems } = promotions;
	const refused = added.filter((image) => image.refused !== undefined);
	return [
		...problems.map((text) => ({ level: "fails" as const, text })),
		...refused.map(({ repository, tag, refused }) => ({
			level: "fails" as const,
			text: `${repository}:${tag} is not promoted by any run: ${refused}`,
		})),
		...counted(
			added.length - refused.length,
			"image is",
			"images are",
			"newly offered in Prod",
		),
		...counted(
			removed.length,
			"image is",
			"images are",
			"offered no longer; in Prod they stay",
		),
		...counted(
			rules.added.length,
			"promotion rule is",
			"promotion rules are",
			"new or changed",
		),
		...counted(
			rules.removed.length - rules.added.length,
			"promotion rule is",
			"promotion rules are",
			"gone",
		),
	];
}

function counted(
	count: number,
	one: string,
	many: string,
	what: string,
): readonly Finding[] {
	if (count <= 0) return [];
	return [
		{ level: "look", text: `${count} ${count === 1 ? one : many} ${what}` },
	];
}
