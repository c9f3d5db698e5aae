import type { Member } from "./estate.ts";

/** What all pods and objects of the project have in common. */
const PART_OF = { "app.kubernetes.io/part-of": "registry-tiers" };

/** Labels of every object of a stack. */
export const stackLabels = (
	stack: string,
): Readonly<Record<string, string>> => ({
	...PART_OF,
	[STACK_LABEL_KEY]: stack,
});

/** Tells the stacks of one cluster apart. */
export const STACK_LABEL_KEY = "registry-tiers/stack";

/** Tells the workloads of a namespace apart: it has the workload's name. */
export const NAME_LABEL_KEY = "app.kubernetes.io/name";

/** Servers that are equal and not to be away together have the same value. */
export const REPLICA_LABEL_KEY = "registry-tiers/replica-of";

/** A label that says a pod holds a member of the topology; a pod may hold several. */
export const memberLabel = (
	member: Member,
): Readonly<Record<string, string>> => ({
	[`registry-tiers/${member.replace(":", ".")}`]: "member",
});
