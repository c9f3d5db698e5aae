import {
	isComputed,
	type PackageSchema,
	type PropertySpec,
	type ResourceSpec,
	referredType,
} from "./schema.ts";
import {
	isMap,
	isSecret,
	mapValues,
	type PropertyMap,
	type PropertyValue,
	secret,
} from "./values.ts";

/**
 * The state after an update in place: the inputs as they are wanted now, over what the resource computed.
 * Values the engine chose stay when the program does not mention them.
 */
export function updatedState(
	schema: PackageSchema,
	resource: ResourceSpec,
	state: PropertyMap,
	inputs: PropertyMap,
): PropertyMap {
	const kept = Object.entries(state).filter(
		([name]) =>
			resource.inputProperties[name] === undefined ||
			isComputed(resource, name),
	);
	const wanted = mapValues(inputs, (value, name) =>
		withComputed(value, state[name], resource.inputProperties[name] ?? {}),
	);
	return { ...Object.fromEntries(kept), ...wanted };

	function withComputed(
		value: PropertyValue,
		old: PropertyValue | undefined,
		spec: PropertySpec,
	): PropertyValue {
		if (Array.isArray(value) && Array.isArray(old))
			return value.map((item, i) =>
				withComputed(item, old[i], spec.items ?? {}),
			);
		const properties = referredType(schema, spec)?.properties;
		if (properties === undefined || !isMap(value) || !isMap(old)) return value;
		const computed = Object.entries(old).filter(
			([name]) => properties[name]?.computed && value[name] === undefined,
		);
		return { ...value, ...Object.fromEntries(computed) };
	}
}

/** Adds what is missing, also inside objects and secrets; what is given stays. */
export function fillIn(
	inputs: PropertyMap,
	additions: PropertyMap,
): PropertyMap {
	const filled = Object.entries(additions).map(([name, addition]) => {
		const given = inputs[name];
		if (given === undefined) return [name, addition];
		if (!isMap(addition)) return [name, given];
		if (isSecret(given) && isMap(given.value))
			return [name, secret(fillIn(given.value, addition))];
		return [name, isMap(given) ? fillIn(given, addition) : given];
	});
	return { ...inputs, ...Object.fromEntries(filled) };
}
