import { printable } from "../oci/printable.ts";

/** Something wrong in a file somebody wrote, for that person. */
export interface Problem {
	/** The file, as its author knows it. */
	readonly file: string;
	/** Place in the file, e.g. `images[3].name` or `line 4`. Empty for the file as a whole. */
	readonly path: string;
	readonly what: string;
	/** What was found, as it is to be shown; see `shown`. */
	readonly got: string;
	readonly expected: string;
	/** One thing to do about it. */
	readonly fix: string;
}

/** Input that cannot be used at all: the job does nothing and ends with status 2. */
export class InvalidInputError extends Error {
	override readonly name = "InvalidInputError";
	readonly problems: readonly Problem[];

	constructor(problems: readonly Problem[]) {
		super(problems.map(formatProblem).join("\n"));
		this.problems = problems;
	}
}

/** One line: `promote.yaml:images[3].name: <what>, got <value>; expected <rule>. Fix: <action>.` */
export function formatProblem({
	file,
	path,
	what,
	got,
	expected,
	fix,
}: Problem): string {
	const place = path === "" ? file : `${file}:${path}`;
	return `${printable(place)}: ${what}, got ${got}; expected ${expected}. Fix: ${fix}.`;
}

const LONGEST = 80;

/** A value from a file as problems show it: quoted, cut, without control characters. */
export function shown(value: unknown): string {
	if (value === undefined || value === null) return "nothing";
	if (typeof value !== "string") return printable(JSON.stringify(value));
	const cut = value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value;
	return `"${printable(cut)}"`;
}

/** By file; those of one file stay in the order they were found in. */
export function sortedProblems(
	problems: readonly Problem[],
): readonly Problem[] {
	return problems.toSorted((a, b) =>
		a.file === b.file ? 0 : a.file < b.file ? -1 : 1,
	);
}
