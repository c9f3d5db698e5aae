import { isDuration } from "./duration.ts";
import {
	type PackageSchema,
	type PropertySpec,
	type ResourceSpec,
	referredType,
	type TypeSpec,
} from "./schema.ts";
import {
	isMap,
	isSecret,
	mapValues,
	type PropertyMap,
	type PropertyValue,
	secret,
	UNKNOWN,
} from "./values.ts";

/** Why a property is not accepted; the engine shows it with the resource's name. */
export interface CheckFailure {
	/** Path of the property, e.g. `ports[0].internal`. */
	readonly property: string;
	readonly reason: string;
}

/** Inputs with their defaults filled in, and what is wrong with them. */
export interface CheckedInputs {
	readonly inputs: PropertyMap;
	readonly failures: readonly CheckFailure[];
}

/** What an object is checked against: the inputs of a resource, of a type, or of the provider. */
interface Shape {
	readonly properties: Readonly<Record<string, PropertySpec>>;
	readonly required: readonly string[];
	readonly unsupported: readonly string[];
}

/** Checks a resource's inputs against its schema, reporting every problem at once. */
export function checkInputs(
	schema: PackageSchema,
	resource: ResourceSpec,
	inputs: PropertyMap,
): CheckedInputs {
	return checkShape(schema, inputs, {
		properties: resource.inputProperties,
		required: resource.requiredInputs ?? [],
		unsupported: resource.unsupported ?? [],
	});
}

/** Checks the provider's own arguments. */
export function checkProviderConfig(
	schema: PackageSchema,
	config: PropertyMap,
): CheckedInputs {
	return checkShape(schema, config, {
		properties: schema.config.variables,
		required: [],
		unsupported: schema.config.unsupported ?? [],
	});
}

function checkShape(
	schema: PackageSchema,
	inputs: PropertyMap,
	shape: Shape,
): CheckedInputs {
	const failures: CheckFailure[] = [];
	return { inputs: checkObject(inputs, shape, ""), failures };

	function fail(property: string, reason: string): void {
		failures.push({ property, reason });
	}

	function checkObject(
		object: PropertyMap,
		{ properties, required, unsupported }: Shape,
		path: string,
		hidden = false,
	): PropertyMap {
		const given = Object.entries(object).filter(([, value]) => value !== null);
		const defaults = Object.entries(properties)
			.filter(([, spec]) => spec.default !== undefined)
			.map(([name, spec]) => [name, spec.default] as const);
		for (const name of required)
			if (!given.some(([key]) => key === name))
				fail(join(path, name), "missing required property");
		return mapValues(
			Object.fromEntries([...defaults, ...given]) as PropertyMap,
			(value, name) => {
				const at = join(path, name);
				const spec = properties[name];
				if (spec !== undefined) return checkValue(value, spec, at, hidden);
				fail(
					at,
					unsupported.includes(name)
						? `the stand-in for the ${schema.name} plugin does not implement "${name}"; leave it out, or install the official plugin ${schema.name} ${schema.version}`
						: `unknown property "${name}"; known are ${Object.keys(properties).join(", ")}`,
				);
				return value;
			},
		);
	}

	function checkValue(
		value: PropertyValue,
		spec: PropertySpec,
		path: string,
		hidden = false,
	): PropertyValue {
		if (value === UNKNOWN) return value;
		if (isSecret(value))
			return secret(checkValue(value.value, spec, path, true));
		const type = referredType(schema, spec);
		if (spec.type === "array" && spec.items !== undefined) {
			if (!Array.isArray(value)) return refuse(value, path, "a list", hidden);
			const { items } = spec;
			return value.map((item, index) =>
				checkValue(item, items, `${path}[${index}]`, hidden),
			);
		}
		if (type?.properties !== undefined) {
			if (!isMap(value)) return refuse(value, path, "an object", hidden);
			return checkObject(value, shapeOf(type), path, hidden);
		}
		if (spec.type === "object") {
			if (!isMap(value)) return refuse(value, path, "an object", hidden);
			const items = spec.additionalProperties ?? {};
			return mapValues(value, (item, name) =>
				checkValue(item, items, join(path, name), hidden),
			);
		}
		const expected = expectedScalar(value, {
			...spec,
			type: spec.type ?? type?.type ?? "string",
			...(type?.enum && { enum: type.enum }),
		});
		return expected === undefined
			? value
			: refuse(value, path, expected, hidden);
	}

	function refuse(
		value: PropertyValue,
		path: string,
		expected: string,
		hidden: boolean,
	): PropertyValue {
		const shown = hidden ? "a secret value" : JSON.stringify(value);
		fail(path, `expected ${expected}, got ${shown}`);
		return value;
	}
}

function shapeOf(type: TypeSpec): Shape {
	return {
		properties: type.properties ?? {},
		required: type.required ?? [],
		unsupported: type.unsupported ?? [],
	};
}

/** What the scalar should have been, or undefined when it is what it should be. */
function expectedScalar(
	value: PropertyValue,
	spec: PropertySpec,
): string | undefined {
	switch (spec.type) {
		case "boolean":
			if (typeof value !== "boolean") return "true or false";
			return spec.const === undefined || spec.const === value
				? undefined
				: `${spec.const}, the only value the stand-in implements`;
		case "integer":
			if (!Number.isInteger(value)) return "a whole number";
			return spec.minimum === undefined || Number(value) >= spec.minimum
				? undefined
				: `at least ${spec.minimum}`;
		default:
			return typeof value === "string" ? expectedText(value, spec) : "a string";
	}
}

function expectedText(value: string, spec: PropertySpec): string | undefined {
	if (spec.enum !== undefined && !spec.enum.includes(value))
		return `one of ${spec.enum.join(", ")}`;
	if (spec.pattern !== undefined && !new RegExp(spec.pattern).test(value))
		return `a value matching ${spec.pattern}`;
	if (spec.format === "duration" && !isDuration(value))
		return "a duration such as 30s or 1m30s";
	if (spec.format === "base64" && !isBase64(value))
		return "base64-encoded content";
	return undefined;
}

const isBase64 = (text: string) =>
	Buffer.from(text, "base64").toString("base64") === text;

/** A property path as the engine writes it: `a.b`, and `a["b.c"]` where the name is no identifier. */
export function join(path: string, name: string): string {
	if (!/^[A-Za-z_$][\w$]*$/.test(name))
		return `${path}[${JSON.stringify(name)}]`;
	return path === "" ? name : `${path}.${name}`;
}
