import { readFileSync } from "node:fs";

/**
 * A package's schema in Pulumi's own format, reduced to what a stand-in serves.
 *
 * The files carry what the official schemas leave out, from the providers behind them: defaults, allowed
 * values, which lists are sets, which values the engine fills in. `unsupported` names what the official
 * provider takes and the stand-in does not, so that it is refused by name.
 */
export interface PackageSchema {
	readonly name: string;
	/** The version of the official plugin this one stands in for. */
	readonly version: string;
	readonly config: {
		readonly variables: Readonly<Record<string, PropertySpec>>;
		readonly unsupported?: readonly string[];
	};
	readonly resources: Readonly<Record<string, ResourceSpec>>;
	readonly types: Readonly<Record<string, TypeSpec>>;
}

/** One resource type. */
export interface ResourceSpec {
	readonly inputProperties: Readonly<Record<string, PropertySpec>>;
	readonly requiredInputs?: readonly string[];
	readonly unsupported?: readonly string[];
	/** The outputs. */
	readonly properties: Readonly<Record<string, PropertySpec>>;
	/** The outputs that always have a value, given or computed. */
	readonly required?: readonly string[];
	/** A replacement removes the old resource first. @default - it is made first */
	readonly deleteBeforeReplace?: boolean;
}

/** An object type, or a scalar with a fixed set of values. */
export interface TypeSpec {
	readonly type: string;
	readonly properties?: Readonly<Record<string, PropertySpec>>;
	readonly required?: readonly string[];
	readonly unsupported?: readonly string[];
	readonly enum?: readonly string[];
}

/** One property: its type, what is allowed, and what a change of it means. */
export interface PropertySpec {
	readonly type?: string;
	/** `#/types/<token>` in place of `type`. */
	readonly $ref?: string;
	readonly items?: PropertySpec;
	readonly additionalProperties?: PropertySpec;
	readonly secret?: boolean;
	readonly willReplaceOnChanges?: boolean;
	readonly default?: boolean | number | string;
	/** The only value the stand-in can honour. */
	readonly const?: boolean;
	readonly enum?: readonly string[];
	readonly pattern?: string;
	readonly minimum?: number;
	readonly format?: "duration" | "base64";
	/** A list whose order has no meaning. */
	readonly set?: boolean;
	/** Filled in by the engine when it is not given, and kept then. */
	readonly computed?: boolean;
	/** Named `<resource>-<7 hex digits>` when it is not given. */
	readonly autoname?: boolean;
}

/** Reads a package's schema; the file is part of this folder. */
export function loadSchema(
	name: "docker" | "kubernetes" | "random",
): PackageSchema {
	const file = new URL(`./schema/${name}.json`, import.meta.url);
	return JSON.parse(readFileSync(file, "utf8"));
}

/** The type a property refers to, if it refers to one. */
export function referredType(
	schema: PackageSchema,
	spec: PropertySpec,
): TypeSpec | undefined {
	if (spec.$ref === undefined) return undefined;
	const type = schema.types[spec.$ref.replace("#/types/", "")];
	if (type === undefined)
		throw new Error(`the schema of ${schema.name} has no type ${spec.$ref}`);
	return type;
}

/** Whether the engine fills the property in when the program does not: dropping it changes nothing then. */
export function isComputed(resource: ResourceSpec, name: string): boolean {
	return (
		(resource.required ?? []).includes(name) &&
		!(resource.requiredInputs ?? []).includes(name)
	);
}

/** The outputs that are secret whatever the inputs were. */
export function secretOutputs(resource: ResourceSpec): string[] {
	return Object.entries(resource.properties)
		.filter(([, spec]) => spec.secret)
		.map(([name]) => name);
}
