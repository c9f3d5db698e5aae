import { anchored, matchesEveryTag } from "../../../topology/naming.ts";
import type { Finding } from "../manifest-rules.ts";
import { shown } from "../problem.ts";
import { withinTime } from "../within-time.ts";

/** Enough for every pattern that does not go wrong, on a machine that does much else. */
const TRIAL_MILLISECONDS = 1_000;

/** What is wrong with a pattern for repositories or tags. */
export function patternFinding(pattern: string): Finding | undefined {
	const got = shown(pattern);
	// Printable ASCII keeps look-alike letters out.
	if (!/^[\x21-\x7e]+$/.test(pattern)) {
		return {
			what: "pattern of other characters than printable ASCII",
			got,
			expected: "a regular expression of those alone",
			fix: "write it anew",
		};
	}
	const compiled = compile(pattern);
	if (!compiled) {
		return {
			what: "not a pattern",
			got,
			expected: "a regular expression",
			fix: "correct it; parentheses and brackets come in pairs",
		};
	}
	return withinTime(TRIAL_MILLISECONDS, () => tryOut(compiled, pattern))
		? undefined
		: {
				what: "pattern takes too long",
				got,
				expected: "a pattern that matches a text in one way alone",
				fix: "leave no repetition directly inside of another, as in (a+)+",
			};
}

/** The same of one for tags, which has to leave something out. */
export function tagPatternFinding(pattern: string): Finding | undefined {
	const finding = patternFinding(pattern);
	if (finding || !matchesEveryTag([pattern])) return finding;
	return {
		what: "the pattern matches every tag",
		got: shown(pattern),
		expected: "a pattern that only releases match",
		fix: "write how those are tagged, such as ([0-9]+\\.[0-9]+\\.[0-9]+)-[0-9a-f]{7,40}",
	};
}

function compile(pattern: string): RegExp | undefined {
	try {
		return anchored(pattern);
	} catch {
		return undefined;
	}
}

// One of each kind; the ends of ranges stand in the pattern itself.
const CHARACTERS = [..."aA0_.-/"];

/**
 * Matches texts that make an ambiguous pattern try all its ways: one part, again and again, and an end
 * that fits nothing. The length is that of the longest tag.
 */
function tryOut(compiled: RegExp, pattern: string): void {
	const words = pattern.match(/[A-Za-z0-9_.-]+/g) ?? [];
	const parts = new Set([...CHARACTERS, ...words.join(""), ...words]);
	for (const start of ["", ...words]) {
		for (const part of parts) {
			compiled.test(`${(start + part.repeat(127)).slice(0, 127)}!`);
		}
	}
}
