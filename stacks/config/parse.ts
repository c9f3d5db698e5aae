import { z } from "zod";
import type { EstateSpec } from "../../topology/estate.ts";
import { type Problem, problemsOf } from "./problem.ts";
import { type EstateConfig, estateSchema } from "./schema.ts";

/** The one configuration key of the project; its full name is `registry-tiers:estate`. */
export const ESTATE_KEY = "estate";

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
	const result = estateSchema.safeParse(raw, { reportInput: true });
	const problems = result.success
		? clashes(result.data)
		: problemsOf(ESTATE_KEY, result.error.issues, knownKeys);
	if (problems.length > 0) throw new ConfigError(file, problems);
	return { stack, ...(result.data as EstateConfig) };
}

/** What is wrong only in relation to something else. */
function clashes({ tiers }: EstateConfig): readonly Problem[] {
	const byPort = Map.groupBy(Object.entries(tiers), ([, { port }]) => port);
	return [...byPort]
		.flatMap(([port, users]) =>
			users.slice(1).map(([tier]) => ({
				path: `${ESTATE_KEY}.tiers.${tier}.port`,
				message: `port taken twice, got ${port}; expected another port than tiers.${users[0]?.[0]}.port. Fix: choose a free port for ${tier}.`,
			})),
		)
		.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The keys the schema knows at a path, for guessing what a misspelt one was meant to be. */
function knownKeys(path: readonly PropertyKey[]): readonly string[] {
	let schema: z.ZodType | undefined = estateSchema;
	for (const key of path) {
		schema =
			schema instanceof z.ZodObject
				? (schema.shape as Record<PropertyKey, z.ZodType>)[key]
				: undefined;
	}
	return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}
