import { z } from "zod";
import { RULES } from "./rules.ts";

/** A resource that may break a rule for a while. */
export interface Exception {
	readonly rule: string;
	/** The stack it is about. */
	readonly stack: string;
	/** Logical name of the resource. */
	readonly resource: string;
	/** Who answers for it. */
	readonly owner: string;
	readonly reason: string;
	/** The last day it holds, e.g. `2026-12-31`. */
	readonly expires: string;
}

const text = z.string().trim().min(1);
const list = z.array(
	z.strictObject({
		rule: z.enum(RULES.map(({ id }) => id)),
		stack: text,
		resource: text,
		owner: text,
		reason: text.min(20, "expected a sentence that convinces a reader"),
		expires: z.iso.date(),
	}),
) satisfies z.ZodType<readonly Exception[]>;

/**
 * Reads the list of exceptions.
 *
 * @param file its name, for messages
 * @throws {Error} with every problem, one a line
 */
export function parseExceptions(
	document: unknown,
	file: string,
): readonly Exception[] {
	const result = list.safeParse(document);
	if (result.success) return result.data;
	const problems = result.error.issues.map(
		({ path, message }) => `  ${path.join(".")}: ${message}`,
	);
	throw new Error(`${file} is not a valid list:\n${problems.join("\n")}`);
}

/** Whether an exception still holds on a day, both as `2026-12-31`. */
export const holdsOn = ({ expires }: Exception, day: string): boolean =>
	day <= expires;
