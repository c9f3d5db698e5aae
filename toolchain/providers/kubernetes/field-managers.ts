import { isMap, type PropertyMap, type PropertyValue } from "../values.ts";
import { listAt } from "./objects.ts";

// What the official plugin has written as, before it applied on the server.
const CLIENT_SIDE = "pulumi-kubernetes";

/** Whether fields of the object are this manager's by a request that was no apply: by its creation. */
export function ownsByUpdate(object: PropertyMap, manager: string): boolean {
	return managed(object).some((entry) => isOwnUpdate(entry, manager));
}

/**
 * The field managers of an object, with all of this manager's fields owned by apply. Creating is no apply, and the
 * API server takes the two for different managers: without this, what the program drops would stay, and what it
 * changes would be a conflict with itself (https://github.com/kubernetes/kubernetes/issues/99003).
 */
export function ownedByApply(
	object: PropertyMap,
	manager: string,
): readonly PropertyMap[] {
	const entries = managed(object);
	const own = entries.filter(
		(entry) => isOwnUpdate(entry, manager) || isOwnApply(entry, manager),
	);
	const [first] = own;
	if (first === undefined) return entries;
	const merged = own.map(({ fieldsV1 = {} }) => fieldsV1).reduce(union);
	return [
		...entries.filter((entry) => !own.includes(entry)),
		{ ...first, manager, operation: "Apply", fieldsV1: merged },
	];
}

const managed = (object: PropertyMap) =>
	listAt(object, "metadata", "managedFields");

function isOwnUpdate(entry: PropertyMap, manager: string): boolean {
	return (
		entry.operation === "Update" &&
		entry.subresource === undefined &&
		(entry.manager === manager || entry.manager === CLIENT_SIDE)
	);
}

const isOwnApply = (entry: PropertyMap, manager: string) =>
	entry.operation === "Apply" &&
	entry.subresource === undefined &&
	entry.manager === manager;

// A set of fields is a tree of names (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/, FieldsV1).
function union(a: PropertyValue, b: PropertyValue): PropertyValue {
	if (!isMap(a) || !isMap(b)) return a;
	const names = new Set([...Object.keys(a), ...Object.keys(b)]);
	return Object.fromEntries(
		[...names].map((name) => [name, union(a[name] ?? {}, b[name] ?? {})]),
	);
}
