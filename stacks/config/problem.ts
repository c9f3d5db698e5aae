import type { z } from "zod";

/** What a value should have been and what to do about it, in the words of the person who wrote it. */
export interface Expectation {
	readonly expected: string;
	/** One action, without a full stop. */
	readonly fix: string;
	/** What is wrong. @default - `missing` or `not valid`, by whether there is a value */
	readonly wrong?: string;
}

/** Message of a zod rule: `<what is wrong>, got <value>; expected <rule>. Fix: <action>.` */
export function explain({ expected, fix, wrong }: Expectation) {
	return ({ input }: { readonly input?: unknown }): string => {
		const what = input === undefined ? "missing" : (wrong ?? "not valid");
		const got = input === undefined ? "" : `, got ${shown(input)}`;
		return `${what}${got}; expected ${expected}. Fix: ${fix}.`;
	};
}

const MAX_SHOWN = 60;

/** A value as a message shows it: JSON, cut short, with nothing a terminal would act on. */
export function shown(value: unknown): string {
	const text = JSON.stringify(value) ?? String(value);
	// JSON.stringify leaves bidirectional controls and look-alike spaces as they are.
	const visible = text.replace(
		/[^\x20-\x7e]/gu,
		(c) => `\\u{${c.codePointAt(0)?.toString(16)}}`,
	);
	return visible.length > MAX_SHOWN
		? `${visible.slice(0, MAX_SHOWN)}…`
		: visible;
}

/** One problem, where the user wrote it. */
export interface Problem {
	/** Dotted path below the configuration key, e.g. `estate.tiers.prod.port`. */
	readonly path: string;
	readonly message: string;
}

/** Order in which problems are shown: by path, so that one place of the file is read once. */
export const byPath = (a: Problem, b: Problem) =>
	a.path < b.path ? -1 : a.path > b.path ? 1 : 0;

/** Every problem zod found; an unknown key names the key it was probably meant to be. */
export function problemsOf(
	root: string,
	issues: readonly z.core.$ZodIssue[],
	knownKeys: (path: readonly PropertyKey[]) => readonly string[],
): readonly Problem[] {
	return issues.flatMap((issue): Problem[] => {
		if (issue.code === "invalid_key") {
			// The first alone: a name that is too long is often of the wrong letters too.
			const message = issue.issues[0]?.message ?? issue.message;
			return [{ path: dotted(root, issue.path), message }];
		}
		if (issue.code !== "unrecognized_keys") {
			return [{ path: dotted(root, issue.path), message: issue.message }];
		}
		const known = knownKeys(issue.path);
		return issue.keys.map((key) => ({
			path: dotted(root, [...issue.path, key]),
			message: unknownKey(key, known),
		}));
	});
}

const dotted = (root: string, path: readonly PropertyKey[]) =>
	[root, ...path].map(String).join(".");

function unknownKey(key: string, known: readonly string[]): string {
	const near = known.find((candidate) => distance(key, candidate) <= 2);
	const fix = near ? `rename it to ${near}` : "remove it";
	const guess = near ? `, did you mean ${near}?` : "";
	return `unknown key${guess}, got ${shown(key)}; expected one of ${known.join(" | ")}. Fix: ${fix}.`;
}

/** Edits between two words, for guessing what a misspelt key was meant to be. */
function distance(a: string, b: string): number {
	let row = Array.from({ length: b.length + 1 }, (_, i) => i);
	for (const [i, charA] of [...a].entries()) {
		const next = [i + 1];
		for (const [j, charB] of [...b].entries()) {
			const swap = (row[j] ?? 0) + (charA === charB ? 0 : 1);
			next.push(Math.min(swap, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
		}
		row = next;
	}
	return row.at(-1) ?? 0;
}
