import type { ResourceSpec } from "./schema.ts";
import type { PropertyMap } from "./values.ts";

// Where the official (bridged) providers note which inputs were not given by the program:
// https://github.com/pulumi/pulumi-terraform-bridge/blob/main/pkg/tfbridge/schema.go (`__defaults`).
// Without the note, an automatic name and one the program has just dropped look the same.
const DEFAULTED = "__defaults";

const SUFFIX_HEX_DIGITS = 7;

/** What a resource needs to get a name of its own. */
export interface Naming {
	/** The resource's name in the program. */
	readonly resource: string;
	/** Random bytes from the engine: the same for the preview and the update it leads to. */
	readonly seed: Uint8Array;
}

/**
 * Gives the inputs a name when the program gives none: `<resource>-<7 hex digits>`, kept from one
 * update to the next. Also notes which inputs are defaults.
 */
export function autonamed(
	spec: ResourceSpec,
	given: PropertyMap,
	checked: PropertyMap,
	old: PropertyMap,
	{ resource, seed }: Naming,
): PropertyMap {
	const property = autonamedProperty(spec);
	const name =
		property === undefined || checked[property] !== undefined
			? {}
			: {
					[property]: isDefaulted(old, property)
						? (old[property] ?? null)
						: `${resource}-${Buffer.from(seed).toString("hex").slice(0, SUFFIX_HEX_DIGITS)}`,
				};
	const inputs = { ...checked, ...name };
	const defaulted = Object.keys(inputs).filter((key) => given[key] == null);
	return { ...inputs, [DEFAULTED]: defaulted };
}

/** The inputs without the note of their defaults: what is compared, carried out and kept as outputs. */
export function withoutDefaultsNote(inputs: PropertyMap): PropertyMap {
	const { [DEFAULTED]: _note, ...properties } = inputs;
	return properties;
}

/** Whether old and new resource would carry the same name, so that they cannot exist together. */
export function keepsExplicitName(
	spec: ResourceSpec,
	inputs: PropertyMap,
	state: PropertyMap,
): boolean {
	const property = autonamedProperty(spec);
	return (
		property !== undefined &&
		!isDefaulted(inputs, property) &&
		inputs[property] === state[property]
	);
}

function autonamedProperty(spec: ResourceSpec): string | undefined {
	return Object.entries(spec.inputProperties).find(
		([, property]) => property.autoname,
	)?.[0];
}

function isDefaulted(inputs: PropertyMap, property: string): boolean {
	const defaulted = inputs[DEFAULTED];
	return Array.isArray(defaulted) && defaulted.includes(property);
}
