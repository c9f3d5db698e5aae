import { z } from "zod";
import { type EstateSpec, HOME_TIERS } from "../../topology/estate.ts";
import { byPath, type Problem, problemsOf } from "./problem.ts";
import { estateSchema } from "./schema.ts";

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
	const problems = [
		...(result.success
			? []
			: problemsOf(ESTATE_KEY, result.error.issues, knownKeys)),
		...portClashes(raw),
	].sort(byPath);
	if (!result.success || problems.length > 0) {
		throw new ConfigError(file, problems);
	}
	return { stack, ...result.data };
}

/** Ports that two tiers want. Looks at the raw value, so that one mistake does not hide another. */
function portClashes(raw: unknown): readonly Problem[] {
	const ports = HOME_TIERS.flatMap((tier) => {
		const port = (raw as RawEstate)?.tiers?.[tier]?.port;
		return typeof port === "number" ? [{ tier, port }] : [];
	});
	return ports.flatMap(({ tier, port }, i) => {
		const first = ports.slice(0, i).find((other) => other.port === port);
		if (!first) return [];
		return {
			path: `${ESTATE_KEY}.tiers.${tier}.port`,
			message: `port taken twice, got ${port}; expected another port than tiers.${first.tier}.port. Fix: choose a free port for ${tier}.`,
		};
	});
}

// What may be there when nothing is known of a value yet.
type RawEstate =
	| {
			readonly tiers?: Record<
				string,
				{ readonly port?: unknown } | null
			> | null;
	  }
	| null
	| undefined;

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
