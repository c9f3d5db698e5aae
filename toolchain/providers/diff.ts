import { join } from "./check.ts";
import {
	isComputed,
	type PackageSchema,
	type PropertySpec,
	type ResourceSpec,
	referredType,
} from "./schema.ts";
import {
	hasUnknown,
	isMap,
	type PropertyMap,
	type PropertyValue,
	sameValue,
	UNKNOWN,
} from "./values.ts";

/** One difference between what is and what the program wants. */
export interface PropertyChange {
	/** E.g. `ports[0].external`. */
	readonly path: string;
	readonly kind: "add" | "delete" | "update";
	/** The resource has to be replaced to make this change. */
	readonly replace: boolean;
}

/**
 * Compares a resource's state with the inputs wanted now; both revealed, inputs checked.
 *
 * The rules are Terraform's, because the official plugins apply them: an empty value and no value are the
 * same; an optional value the engine filled in stays when the program does not mention it; the order of a
 * set has no meaning (https://developer.hashicorp.com/terraform/plugin/sdkv2/schemas/schema-behaviors).
 */
export function diffProperties(
	schema: PackageSchema,
	resource: ResourceSpec,
	state: PropertyMap,
	inputs: PropertyMap,
): PropertyChange[] {
	const changes: PropertyChange[] = [];
	for (const [name, spec] of Object.entries(resource.inputProperties))
		if (inputs[name] !== undefined || !isComputed(resource, name))
			compare(state[name], inputs[name], spec, name, false);
	return changes;

	function compare(
		old: PropertyValue | undefined,
		wanted: PropertyValue | undefined,
		spec: PropertySpec,
		path: string,
		inherited: boolean,
	): void {
		const replace = inherited || spec.willReplaceOnChanges === true;
		const change = (kind: PropertyChange["kind"], value?: PropertyValue) =>
			changes.push({
				path,
				kind,
				replace: replace || forcesReplacement(schema, spec, value),
			});
		if (wanted === undefined && spec.computed) return;
		if (isEmpty(old) && isEmpty(wanted)) return;
		if (wanted === UNKNOWN) change(old === undefined ? "add" : "update");
		else if (isEmpty(old)) change("add", wanted);
		else if (wanted === undefined) change("delete", old);
		else if (Array.isArray(old) && Array.isArray(wanted)) {
			if (spec.set) compareSet(old, wanted, spec.items ?? {}, path, replace);
			else compareList(old, wanted, spec.items ?? {}, path, replace);
		} else if (isMap(old) && isMap(wanted)) {
			const properties = referredType(schema, spec)?.properties;
			const names = new Set([...Object.keys(old), ...Object.keys(wanted)]);
			for (const name of names) {
				const item = properties?.[name] ?? spec.additionalProperties ?? {};
				compare(old[name], wanted[name], item, join(path, name), replace);
			}
		} else if (!sameValue(old, wanted)) change("update");
	}

	function compareList(
		old: readonly PropertyValue[],
		wanted: readonly PropertyValue[],
		spec: PropertySpec,
		path: string,
		replace: boolean,
	): void {
		for (let i = 0; i < Math.max(old.length, wanted.length); i++) {
			const at = `${path}[${i}]`;
			if (i >= old.length) changes.push({ path: at, kind: "add", replace });
			else if (i >= wanted.length)
				changes.push({ path: at, kind: "delete", replace });
			else compare(old[i], wanted[i], spec, at, replace);
		}
	}

	function compareSet(
		old: readonly PropertyValue[],
		wanted: readonly PropertyValue[],
		spec: PropertySpec,
		path: string,
		replace: boolean,
	): void {
		const gone = new Map(old.entries());
		const added = new Map(wanted.entries());
		for (const [i, item] of wanted.entries())
			for (const [j, candidate] of gone)
				if (!hasUnknown(item) && sameElement(candidate, item, spec)) {
					gone.delete(j);
					added.delete(i);
					break;
				}
		// An element at the same place in both is shown as one that changed, not as one gone and one new.
		for (const i of added.keys()) {
			const kind = gone.delete(i) ? "update" : "add";
			changes.push({ path: `${path}[${i}]`, kind, replace });
		}
		for (const j of gone.keys())
			changes.push({ path: `${path}[${j}]`, kind: "delete", replace });
	}

	function sameElement(
		a: PropertyValue,
		b: PropertyValue,
		spec: PropertySpec,
	): boolean {
		const probe: ResourceSpec = {
			inputProperties: { element: spec },
			properties: {},
		};
		return (
			diffProperties(schema, probe, { element: a }, { element: b }).length === 0
		);
	}
}

/** Whether a value that comes or goes as a whole contains a property that cannot change in place. */
function forcesReplacement(
	schema: PackageSchema,
	spec: PropertySpec,
	value: PropertyValue | undefined,
): boolean {
	const properties = referredType(schema, spec)?.properties ?? {};
	return (
		isMap(value) &&
		Object.entries(value).some(([name, item]) => {
			const property = properties[name];
			return (
				property !== undefined &&
				!isEmpty(item) &&
				(property.willReplaceOnChanges === true ||
					forcesReplacement(schema, property, item))
			);
		})
	);
}

function isEmpty(value: PropertyValue | undefined): boolean {
	if (Array.isArray(value)) return value.length === 0;
	if (isMap(value)) return Object.values(value).every(isEmpty);
	return value === undefined || value === null || !value;
}

/** Whether a path is that of a property or lies inside it. */
export function under(path: string, property: string): boolean {
	return (
		path === property ||
		(path.startsWith(property) && /^[.[]/.test(path.slice(property.length)))
	);
}
