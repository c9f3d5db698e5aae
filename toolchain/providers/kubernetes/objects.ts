import { isMap, type PropertyMap, type PropertyValue } from "../values.ts";

/** The part of an object under these names, or undefined where it ends before. */
export function at(
	object: PropertyValue | undefined,
	...path: readonly string[]
): PropertyValue | undefined {
	return path.reduce<PropertyValue | undefined>(
		(part, name) => (isMap(part) ? part[name] : undefined),
		object,
	);
}

/** A text in an object; other values are as good as none. */
export function textAt(
	object: PropertyValue | undefined,
	...path: readonly string[]
): string | undefined {
	const value = at(object, ...path);
	return typeof value === "string" ? value : undefined;
}

/** A number in an object; Kubernetes leaves zeros out of a status. */
export function numberAt(
	object: PropertyValue | undefined,
	...path: readonly string[]
): number {
	const value = at(object, ...path);
	return typeof value === "number" ? value : 0;
}

/** A list of objects in an object. */
export function listAt(
	object: PropertyValue | undefined,
	...path: readonly string[]
): readonly PropertyMap[] {
	const value = at(object, ...path);
	return Array.isArray(value) ? value.filter(isMap) : [];
}

/** The condition of this type in the object's status. */
export function condition(
	object: PropertyMap,
	type: string,
): PropertyMap | undefined {
	return listAt(object, "status", "conditions").find(
		(each) => each.type === type,
	);
}

/** The value of an annotation of pulumi.com on an object. */
export function pulumiAnnotation(
	object: PropertyMap,
	name: string,
): string | undefined {
	return textAt(object, "metadata", "annotations", `pulumi.com/${name}`);
}
