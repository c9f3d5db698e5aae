import type {
	InvariantState,
	StackDescription,
} from "../../stacks/offline/description.ts";
import {
	type AccessChange,
	type AccessRow,
	accessChanges,
} from "../../topology/access-matrix.ts";
import type { ImageFlow } from "../../topology/graph.ts";
import { type SettingChange, settingChanges } from "../../topology/settings.ts";
import { type DrawnPicture, drawnPicture } from "./drawn-picture.ts";
import { type Finding, findingsOf } from "./findings.ts";
import { type PolicyState, policyStates } from "./policies.ts";
import type { PromotionChanges } from "./promotion-changes.ts";
import { type ResourceChange, resourceChanges } from "./resource-changes.ts";

/** What a change does to one stack. */
export interface StackPlan {
	readonly stack: string;
	/** `alone`: there is nothing to compare it with. */
	readonly state: "new" | "removed" | "changed" | "unchanged" | "alone";
	/** What a reviewer has to know, the worst first. */
	readonly findings: readonly Finding[];
	readonly access: {
		readonly before: readonly AccessRow[];
		readonly after: readonly AccessRow[];
		readonly changes: readonly AccessChange[];
	};
	/** Ways of images that come and go. */
	readonly flows: {
		readonly added: readonly ImageFlow[];
		readonly removed: readonly ImageFlow[];
	};
	readonly picture: DrawnPicture;
	readonly settings: readonly SettingChange[];
	/** Absent where one of the programs could not run. */
	readonly resources?: readonly ResourceChange[];
	readonly invariants: readonly InvariantState[];
	/** What the program tells whoever runs it. */
	readonly remarks: readonly string[];
	/** Empty where the program could not run. */
	readonly policies: readonly PolicyState[];
	/** Absent where promotion manifests could not be read. */
	readonly promotions?: PromotionChanges;
}

/** The parts of a plan that come from the descriptions alone. */
export type ComparedStack = Omit<StackPlan, "findings">;

/** Compares what two revisions say about a stack. */
export function stackPlan(
	before: StackDescription | undefined,
	after: StackDescription | undefined,
	promotions?: PromotionChanges,
): StackPlan {
	const compared = compare(before, after, promotions);
	return { ...compared, findings: findingsOf(compared, before, after) };
}

/** What there is to say about a stack where the base says nothing about any. */
export function stackAlone(
	description: StackDescription,
	promotions?: PromotionChanges,
): StackPlan {
	// Compared with itself nothing changes; what is wrong with it shows all the same.
	const alone = {
		...compare(description, description, promotions),
		state: "alone" as const,
	};
	return { ...alone, findings: findingsOf(alone, description, description) };
}

function compare(
	before: StackDescription | undefined,
	after: StackDescription | undefined,
	promotions: PromotionChanges | undefined,
): ComparedStack {
	// Where one of them is not valid there is nothing to compare: that is said, and not that all is gone.
	const was = before && !before.model ? after?.model : before?.model;
	const is = after && !after.model ? was : after?.model;
	const access = { before: was?.access ?? [], after: is?.access ?? [] };
	const settings = settingChanges(was?.settings ?? {}, is?.settings ?? {});
	const known =
		(!before || before.resources !== undefined) &&
		(!after || after.resources !== undefined);
	const resources = known
		? resourceChanges(before?.resources ?? [], after?.resources ?? [])
		: undefined;
	const accessDiff = accessChanges(access.before, access.after);
	const flows = flowChanges(was?.flows ?? [], is?.flows ?? []);
	const changed =
		settings.length +
			(resources?.length ?? 1) +
			accessDiff.length +
			flows.added.length +
			flows.removed.length +
			(promotions ? promotions.added.length + promotions.removed.length : 0) >
		0;
	return {
		stack: after?.stack ?? before?.stack ?? "",
		state: !before
			? "new"
			: !after
				? "removed"
				: changed
					? "changed"
					: "unchanged",
		access: { ...access, changes: accessDiff },
		flows,
		picture: drawnPicture(was?.picture, is?.picture),
		settings,
		...(resources && { resources }),
		invariants: is?.invariants ?? [],
		remarks: after?.remarks ?? [],
		policies: after?.resources ? policyStates(after, today()) : [],
		...(promotions && { promotions }),
	};
}

const today = () => new Date().toISOString().slice(0, 10);

function flowChanges(
	before: readonly ImageFlow[],
	after: readonly ImageFlow[],
): StackPlan["flows"] {
	const key = ({ from, to, by }: ImageFlow) => `${from} ${to} ${by}`;
	const had = new Set(before.map(key));
	const has = new Set(after.map(key));
	return {
		added: after.filter((flow) => !had.has(key(flow))),
		removed: before.filter((flow) => !has.has(key(flow))),
	};
}
