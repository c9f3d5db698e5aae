import { z } from "zod";
import type { EstateSpec } from "../../topology/estate.ts";
import { clashes } from "./clashes.ts";
import { missingFiles } from "./identities.ts";
import { byPath, type Problem, problemsOf } from "./problem.ts";
import { unknownSecrets } from "./rotation.ts";
import { estateSchema } from "./schema.ts";

/** The one configuration key people write; its full name is `registry-tiers:estate`. */
export const ESTATE_KEY = "estate";
/** Written by `npm run up` alone, into its own copy of the stack's file: what it brought to a cluster. */
export const IMAGES_KEY = "images";

/** A stack file that cannot be used. Its message lists every problem, one a line. */
export class ConfigError extends Error {
	override readonly name = "ConfigError";
	constructor(file: string, problems: readonly Problem[]) {
		const lines = problems.map(
			({ path, message }) => `  ${file}:registry-tiers:${path}: ${message}`,
		);
		super(`${file} does not describe an estate:\n${lines.join("\n")}`);
	}
}

/**
 * Turns the value of `registry-tiers:estate` into the estate's description.
 *
 * @throws {ConfigError} with all problems at once, sorted by path
 */
export function parseEstate(
	raw: unknown,
	stack: string,
	file: string,
): EstateSpec {
	const result = estateSchema(raw).safeParse(raw, { reportInput: true });
	const problems = [
		...(result.success
			? []
			: problemsOf(ESTATE_KEY, result.error.issues, (path) =>
					knownKeys(path, raw),
				)),
		...clashes(ESTATE_KEY, raw),
	].sort(byPath);
	if (!result.success || problems.length > 0) {
		throw new ConfigError(file, problems);
	}
	const spec = { stack, ...result.data };
	const unmet = [
		...missingFiles(ESTATE_KEY, spec),
		...unknownSecrets(ESTATE_KEY, spec),
	];
	if (unmet.length > 0) throw new ConfigError(file, unmet);
	return spec;
}

/** The keys the schema knows at a path, for guessing what a misspelt one was meant to be. */
function knownKeys(
	path: readonly PropertyKey[],
	raw: unknown,
): readonly string[] {
	let schema: z.ZodType | undefined = estateSchema(raw);
	let value = raw;
	for (const key of path) {
		schema = below(unwrapped(schema), key);
		value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
	}
	const found = chosen(unwrapped(schema), value);
	return found instanceof z.ZodObject ? Object.keys(found.shape) : [];
}

function below(
	schema: z.ZodType | undefined,
	key: PropertyKey,
): z.ZodType | undefined {
	if (schema instanceof z.ZodRecord) return schema.valueType as z.ZodType;
	if (schema instanceof z.ZodArray) return schema.element as z.ZodType;
	return schema instanceof z.ZodObject
		? (schema.shape as Record<PropertyKey, z.ZodType>)[key]
		: undefined;
}

/** Of several schemas told apart by a key, the one that takes the value of that key. */
function chosen(
	schema: z.ZodType | undefined,
	value: unknown,
): z.ZodType | undefined {
	if (!(schema instanceof z.ZodDiscriminatedUnion)) return schema;
	const { discriminator } = schema.def;
	const said = (value as Record<string, unknown>)[discriminator];
	return (schema.options as readonly z.ZodObject[]).find(
		({ shape }) => shape[discriminator]?.safeParse(said).success,
	);
}

/** The schema without what makes it optional. */
function unwrapped(schema: z.ZodType | undefined): z.ZodType | undefined {
	return schema instanceof z.ZodDefault ||
		schema instanceof z.ZodPrefault ||
		schema instanceof z.ZodExactOptional
		? unwrapped(schema.unwrap() as z.ZodType)
		: schema;
}
