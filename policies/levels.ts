import { z } from "zod";
import type { Level } from "./rule.ts";
import { RULES } from "./rules.ts";

/** Levels of rules that are not mandatory, by id. */
export type Levels = Readonly<Partial<Record<string, Level>>>;

const levels = z.partialRecord(
	z.enum(RULES.map(({ id }) => id)),
	z.enum(["advisory", "mandatory", "disabled"]),
);

/**
 * Reads which rules are only advice, or off.
 *
 * @param file its name, for messages
 * @throws {Error} with every problem, one a line
 */
export function parseLevels(document: unknown, file: string): Levels {
	const result = levels.safeParse(document);
	if (result.success) return result.data;
	const problems = result.error.issues.map(
		({ path, message }) => `  ${path.join(".")}: ${message}`,
	);
	throw new Error(`${file} has no valid levels:\n${problems.join("\n")}`);
}
