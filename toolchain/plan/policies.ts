import { type Finding as Broken, judge } from "../../policies/judge.ts";
import { describeExcepted, describeFinding } from "../../policies/report.ts";
import { type Resource, SECRET } from "../../policies/resource.ts";
import { RULES } from "../../policies/rules.ts";
import { SETTINGS } from "../../policies/settings.ts";
import type {
	RecordedResource,
	StackDescription,
} from "../../stacks/offline/description.ts";
import {
	withoutMarks,
	withoutSecrets,
} from "../../stacks/offline/secret-mark.ts";

/** A policy, and where the resources of a stack break it. */
export interface PolicyState {
	readonly id: string;
	readonly sentence: string;
	readonly level: "mandatory" | "advisory" | "disabled";
	/** With remedies; empty when it holds. */
	readonly broken: readonly string[];
	/** What would be broken, were there no exception. */
	readonly excepted: readonly string[];
}

/**
 * Judges what a stack's program asks for by the policies of this checkout.
 *
 * @param day today, as `2026-12-31`: exceptions end
 */
export function policyStates(
	{ stack, resources = [] }: StackDescription,
	day: string,
): readonly PolicyState[] {
	const { broken, excepted } = judge(
		resources.map((resource) => resourceOf(stack, resource)),
		{ ...SETTINGS, day },
	);
	const of = (findings: readonly Broken[], id: string) =>
		findings.filter(({ rule }) => rule.id === id);
	return RULES.map(({ id, sentence }) => ({
		id,
		sentence,
		level: SETTINGS.levels[id] ?? "mandatory",
		broken: of(broken, id).map(describeFinding),
		excepted: of(excepted, id).map(describeExcepted),
	}));
}

function resourceOf(
	stack: string,
	{
		identity,
		type,
		name,
		inputs,
		outputs,
		provider,
		protect,
		retainOnDelete,
		deleteBeforeReplace,
	}: RecordedResource,
): Resource {
	// What a provider adds to an input, such as an automatic name, is in its output of the same key.
	const props = { ...inputs, ...outputs };
	return {
		urn: `urn:pulumi:${stack}::registry-tiers::${identity}`,
		type,
		name,
		props: withoutMarks(props) as Resource["props"],
		encrypted: withoutSecrets(props, SECRET),
		options: { protect, retainOnDelete, deleteBeforeReplace },
		...(provider !== "" && { provider }),
	};
}
