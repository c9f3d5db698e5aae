import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomText } from "../../../../toolchain/providers/random/text.ts";
import {
	textProblems,
	textRule,
} from "../../../../toolchain/providers/random/text-rule.ts";
import { UNKNOWN } from "../../../../toolchain/providers/values.ts";

const DEFAULTS = {
	length: 16,
	upper: true,
	lower: true,
	numeric: true,
	number: true,
	special: true,
	minUpper: 0,
	minLower: 0,
	minNumeric: 0,
	minSpecial: 0,
};
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

test("a text has the wanted length, only wanted characters and the wanted minimums", () => {
	const flags = fc.record({
		upper: fc.boolean(),
		lower: fc.boolean(),
		numeric: fc.boolean(),
		special: fc.boolean(),
	});
	const minimum = fc.nat(5);
	const minimums = fc.record({
		minUpper: minimum,
		minLower: minimum,
		minNumeric: minimum,
		minSpecial: minimum,
	});
	fc.assert(
		fc.property(flags, minimums, fc.nat(40), (on, min, more) => {
			fc.pre(Object.values(on).some(Boolean));
			const { minUpper, minLower, minNumeric, minSpecial } = min;
			const length = minUpper + minLower + minNumeric + minSpecial + more;
			const text = randomText(textRule({ ...DEFAULTS, ...on, ...min, length }));
			const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
			const counts = [
				[count(/[A-Z]/g), on.upper, minUpper],
				[count(/[a-z]/g), on.lower, minLower],
				[count(/[0-9]/g), on.numeric, minNumeric],
				[count(/[^A-Za-z0-9]/g), on.special, minSpecial],
			] as const;
			expect(text).toHaveLength(length);
			for (const [found, allowed, least] of counts)
				if (allowed) expect(found).toBeGreaterThanOrEqual(least);
				else expect(found).toBe(least);
		}),
	);
});

test("draws every character of the alphabet, and special ones from the override", () => {
	const characters = (inputs: object) =>
		[...new Set(randomText(textRule({ ...DEFAULTS, length: 5000, ...inputs })))]
			.sort()
			.join("");
	const only = { upper: false, lower: false, numeric: false };
	expect(characters(only)).toBe([...SPECIAL].sort().join(""));
	expect(characters({ ...only, overrideSpecial: "_-" })).toBe("-_");
	expect(characters({ ...only, overrideSpecial: "" })).toBe(
		[...SPECIAL].sort().join(""),
	);
	expect(characters({ special: false })).toBe(
		"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
	);
});

test("puts the minimums anywhere, not at the front", () => {
	const rule = textRule({
		...DEFAULTS,
		length: 30,
		minNumeric: 1,
		numeric: false,
	});
	const places = new Set(
		Array.from({ length: 300 }, () => randomText(rule).search(/[0-9]/)),
	);
	expect(places.size).toBeGreaterThan(10);
});

describe("inputs that cannot be met", () => {
	test("are named with what is wrong", () => {
		const problems = (inputs: object) =>
			textProblems({ ...DEFAULTS, ...inputs }).map(({ reason }) => reason);
		expect(problems({})).toEqual([]);
		expect(problems({ length: 3, minUpper: 2, minSpecial: 2 })).toEqual([
			"expected at least 4, the sum of minUpper, minLower, minNumeric and minSpecial, got 3",
		]);
		expect(
			problems({
				upper: false,
				lower: false,
				numeric: false,
				number: false,
				special: false,
			}),
		).toEqual([
			"no characters to draw from: leave at least one of upper, lower, numeric and special on",
		]);
		expect(problems({ number: false })).toEqual([
			'"number" (false) is the old name of "numeric" (true): set "numeric" alone',
		]);
	});

	test("are let pass while they are not known", () => {
		expect(
			textProblems({ ...DEFAULTS, length: UNKNOWN, minUpper: 99 }),
		).toEqual([]);
	});
});
