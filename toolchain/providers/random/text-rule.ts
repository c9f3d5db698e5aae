import type { CheckFailure } from "../check.ts";
import { hasUnknown, type PropertyMap } from "../values.ts";

/** What a generated text consists of. */
export interface TextRule {
	/** Number of characters. */
	readonly length: number;
	/** The characters to draw from. */
	readonly alphabet: string;
	/** How many characters of which class there are at least, be the class part of the alphabet or not. */
	readonly minimums: readonly {
		readonly characters: string;
		readonly count: number;
	}[];
}

const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWER = UPPER.toLowerCase();
const NUMERIC = "0123456789";
// The default of the official provider, internal/random/string.go in hashicorp/terraform-provider-random.
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

/** The rule that checked inputs of RandomString and RandomPassword describe. */
export function textRule(inputs: PropertyMap): TextRule {
	const classes = [
		[inputs.upper, UPPER, inputs.minUpper],
		[inputs.lower, LOWER, inputs.minLower],
		[inputs.numeric, NUMERIC, inputs.minNumeric],
		[
			inputs.special,
			String(inputs.overrideSpecial || SPECIAL),
			inputs.minSpecial,
		],
	] as const;
	return {
		length: Number(inputs.length),
		alphabet: classes
			.filter(([on]) => on === true)
			.map(([, characters]) => characters)
			.join(""),
		minimums: classes.map(([, characters, count]) => ({
			characters,
			count: Number(count),
		})),
	};
}

/** What is wrong with the inputs taken together. */
export function textProblems(inputs: PropertyMap): CheckFailure[] {
	if (hasUnknown(inputs)) return [];
	const { length, alphabet, minimums } = textRule(inputs);
	const least = minimums.reduce((sum, { count }) => sum + count, 0);
	const problems: CheckFailure[] = [];
	if (least > length)
		problems.push({
			property: "length",
			reason: `expected at least ${least}, the sum of minUpper, minLower, minNumeric and minSpecial, got ${length}`,
		});
	if (alphabet === "")
		problems.push({
			property: "length",
			reason:
				"no characters to draw from: leave at least one of upper, lower, numeric and special on",
		});
	if (inputs.number !== inputs.numeric)
		problems.push({
			property: "number",
			reason: `"number" (${inputs.number}) is the old name of "numeric" (${inputs.numeric}): set "numeric" alone`,
		});
	return problems;
}
