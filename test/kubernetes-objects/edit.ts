import type { KubernetesObject } from "./object.ts";
import { sampleObjects } from "./sample.ts";

/** A change of one field of the sample, and what it breaks. */
export interface Edit {
	readonly kind: string;
	/** Steps to the field: `["spec", "ports", 0, "port"]`. */
	readonly at: readonly (string | number)[];
	/** What the field becomes; without it, the field is removed. */
	readonly to?: unknown;
	/** The problem, without the object's name before it. */
	readonly problem: string;
	/** Whole problems of other objects that follow from it. @default - none */
	readonly also?: readonly string[];
	/** Whether the API server takes the object all the same, and the harm comes later. @default - it refuses it */
	readonly accepted?: true;
}

/** The sample with the edit, and the object that was edited. */
export function edited({ kind, at, to }: Edit): {
	readonly objects: readonly KubernetesObject[];
	readonly object: KubernetesObject;
} {
	const objects = sampleObjects();
	const object = objects.find((candidate) => candidate.kind === kind);
	if (!object) throw new Error(`the sample has no ${kind}`);
	const last = at.at(-1) ?? "";
	const parent = at
		.slice(0, -1)
		.reduce<unknown>(
			(value, step) => (value as Record<string | number, unknown>)[step],
			object,
		) as Record<string | number, unknown>;
	if (to === undefined) delete parent[last];
	else parent[last] = to;
	return { objects, object };
}

/** Names an edit in a test's title. */
export const titled = (edit: Edit) =>
	[`${edit.kind} ${edit.at.join(".")} ${shown(edit.to)}`, edit] as const;

function shown(value: unknown): string {
	const text = JSON.stringify(value);
	if (text === undefined) return "removed";
	return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
