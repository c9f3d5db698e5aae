import type { Digest } from "../../oci/digest.ts";
import type { Attempt } from "./attempt.ts";

/** Something a principal did or tried. */
export interface Step {
	/** E.g. `ci pushes self-test/access:self-test-2`. */
	readonly what: string;
	readonly attempt: Attempt;
}

/** What tags point to, as `repository:tag`; undefined where there is no such tag. */
export type TagState = ReadonlyMap<string, Digest | undefined>;

/** What is wrong with the steps of a cell: all of them must be done, or all be refused. */
export function stepProblems(
	allowed: boolean,
	steps: readonly Step[],
): readonly string[] {
	return steps.flatMap(({ what, attempt }) => {
		const problem = allowed ? failure(attempt) : noRefusal(attempt);
		return problem === undefined ? [] : [`${what}: ${problem}`];
	});
}

const failure = (attempt: Attempt) =>
	attempt.kind === "done" ? undefined : `expected to work, ${attempt.message}`;

function noRefusal(attempt: Attempt): string | undefined {
	if (attempt.kind === "refused") return undefined;
	return attempt.kind === "done"
		? "expected a refusal, it was done"
		: `expected a refusal with status 401, 403 or 405, ${attempt.message}`;
}

/** The tags that do not point to what they should. */
export function tagProblems(
	expected: TagState,
	seen: TagState,
): readonly string[] {
	return [...expected].flatMap(([tag, digest]) => {
		const now = seen.get(tag);
		return now === digest
			? []
			: [`${tag}: expected ${pointer(digest)}, it ${changed(now)}`];
	});
}

const pointer = (digest: Digest | undefined) =>
	digest === undefined ? "no such tag" : `it to point to ${digest}`;

const changed = (digest: Digest | undefined) =>
	digest === undefined ? "is gone" : `points to ${digest}`;
