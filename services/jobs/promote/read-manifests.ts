import type { PromoterConfig } from "../../../topology/job-config.ts";
import { sortedProblems } from "../problem.ts";
import { readPromotionFiles } from "./promotion-files.ts";
import { type Promotions, parsePromotions } from "./promotion-manifest.ts";

/** What manifests and rules ask for, and where they come from. */
export interface Asked extends Promotions {
	/** Commit of the manifests. @default - they come from no checkout */
	readonly commit?: string;
}

/**
 * Reads all manifests and rules.
 *
 * @throws InvalidInputError when their folder cannot be read.
 */
export async function readManifests({
	manifests,
	allowLatest = false,
}: Pick<PromoterConfig, "manifests" | "allowLatest">): Promise<Asked> {
	const { files, problems, commit } = await readPromotionFiles(manifests);
	const parsed = parsePromotions(files, { allowLatest });
	return {
		...parsed,
		problems: sortedProblems([...problems, ...parsed.problems]),
		...(commit !== undefined && { commit }),
	};
}
