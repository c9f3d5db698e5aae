import type { PackageSchema } from "./schema.ts";
import {
	type PropertyMap,
	type PropertyValue,
	revealAll,
	UNKNOWN,
} from "./values.ts";

// What the engine and the SDKs add to a provider's arguments for themselves.
const ENGINE_OWN = new Set(["version", "pluginDownloadURL"]);

/** A provider's arguments, revealed; those that are not text come as JSON in text and are parsed. */
export function providerConfig(
	schema: PackageSchema,
	inputs: PropertyMap,
): PropertyMap {
	return Object.fromEntries(
		Object.entries(revealAll(inputs))
			.filter(([name]) => !name.startsWith("__") && !ENGINE_OWN.has(name))
			.map(([name, value]) => [name, parsed(schema, name, value)]),
	);
}

function parsed(
	{ config }: PackageSchema,
	name: string,
	value: PropertyValue,
): PropertyValue {
	const type = config.variables[name]?.type;
	if (type === undefined || type === "string") return value;
	if (typeof value !== "string" || value === UNKNOWN) return value;
	try {
		return JSON.parse(value);
	} catch {
		// The check says what was expected in its place.
		return value;
	}
}
