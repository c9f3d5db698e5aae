import { join } from "../check.ts";
import { type PropertyChange, under } from "../diff.ts";
import type { Difference } from "../provider.ts";
import {
	hasUnknown,
	isMap,
	type PropertyMap,
	type PropertyValue,
	sameValue,
} from "../values.ts";
import { referenceOf } from "./api.ts";
import { immutablePaths, type Mutable } from "./immutable.ts";
import { isAutonamed } from "./names.ts";

/**
 * Compares what a program wanted with what it wants; both revealed. What others changed in the object since is in
 * the old inputs after a refresh.
 */
export function changesBetween(
	old: PropertyMap,
	wanted: PropertyMap,
	mutable: Mutable,
	ignored: readonly string[],
): Difference {
	const immutable = immutablePaths(wanted, mutable);
	const changes = differences(old, wanted)
		.filter(({ path }) => !ignored.some((prefix) => under(path, prefix)))
		.map(
			(change): PropertyChange => ({
				...change,
				// A part that comes or goes as a whole takes what is in it along.
				replace: immutable.some(
					(fixed) => under(change.path, fixed) || under(fixed, change.path),
				),
			}),
		);
	return {
		changes,
		deleteBeforeReplace:
			changes.some(({ replace }) => replace) && sameName(old, wanted),
	};
}

/** Whether old and new would be one object to the API server, under a name that the program chose. */
function sameName(old: PropertyMap, wanted: PropertyMap): boolean {
	const [before, after] = [referenceOf(old), referenceOf(wanted)];
	return (
		!isAutonamed(wanted) &&
		before.name === after.name &&
		before.namespace === after.namespace
	);
}

type Change = Omit<PropertyChange, "replace">;

function differences(old: PropertyMap, wanted: PropertyMap): Change[] {
	const changes: Change[] = [];
	compareMaps(old, wanted, "");
	return changes;

	function compareMaps(
		before: PropertyMap,
		after: PropertyMap,
		path: string,
	): void {
		for (const name of new Set([...Object.keys(before), ...Object.keys(after)]))
			compare(before[name], after[name], join(path, name));
	}

	function compare(
		before: PropertyValue | undefined,
		after: PropertyValue | undefined,
		path: string,
	): void {
		// No value and null are the same to the API server.
		if ((before ?? undefined) === undefined) {
			if ((after ?? undefined) !== undefined)
				changes.push({ path, kind: "add" });
		} else if ((after ?? undefined) === undefined)
			changes.push({ path, kind: "delete" });
		else if (isMap(before) && isMap(after)) compareMaps(before, after, path);
		else if (Array.isArray(before) && Array.isArray(after))
			for (let i = 0; i < Math.max(before.length, after.length); i++)
				compare(before[i], after[i], `${path}[${i}]`);
		else if (hasUnknown(after) || !sameValue(before, after))
			changes.push({ path, kind: "update" });
	}
}
