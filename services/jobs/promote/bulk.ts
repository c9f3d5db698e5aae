import type { Problem } from "../problem.ts";

/** Nobody reads the plan of more, and a rule that is too wide soon asks for more. */
export const MOST_WITHOUT_BULK = 1_000;

/**
 * What is wrong with promoting so many tags in one run unless somebody says that it is meant. Tags
 * that are at the destination already do not count: what a manifest lists may grow for years.
 */
export function bulkProblem(copies: number): Problem | undefined {
	if (copies <= MOST_WITHOUT_BULK) return undefined;
	return {
		file: "this run",
		path: "",
		what: "too many new tags to promote unasked",
		got: `${copies}`,
		expected: `at most ${MOST_WITHOUT_BULK}`,
		fix: "look at the plan, and run it with --bulk when all of them are meant",
	};
}
