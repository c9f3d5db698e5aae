import { type Problem, shown } from "../problem.ts";
import type { Promotion, Promotions } from "./promotion-manifest.ts";

/**
 * Takes out promotions that contradict each other: a tag that is to point to two digests is promoted
 * to neither, since nobody can tell which one was meant. Of one that is asked for twice, the first
 * stays.
 */
export function withoutConflicts(
	promotions: readonly Promotion[],
): Pick<Promotions, "promotions" | "problems"> {
	const byTag = Map.groupBy(
		promotions,
		({ repository, tag }) => `${repository}:${tag}`,
	);
	const kept: Promotion[] = [];
	const problems: Problem[] = [];
	for (const [target, [first, ...others]] of byTag) {
		if (!first) continue;
		const rivals = others.filter(({ digest }) => digest !== first.digest);
		if (rivals.length === 0) kept.push(first);
		for (const other of others) {
			const isRival = other.digest !== first.digest;
			problems.push({
				file: other.file,
				path: other.path,
				what: isRival
					? `${target} is also asked for with ${first.digest}, at ${first.file}:${first.path}`
					: `${target} is asked for before, at ${first.file}:${first.path}`,
				got: isRival ? other.digest : shown(other.tag),
				expected: isRival
					? "one digest for a tag; neither is promoted"
					: "each tag once",
				fix: isRival ? "remove one of them" : "remove this one",
			});
		}
	}
	return { promotions: kept, problems };
}
