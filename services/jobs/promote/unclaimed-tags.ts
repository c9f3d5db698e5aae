import { anchored, FALLBACK_TAG } from "../../../topology/naming.ts";
import type { ListedTag, Promotions } from "./promotion-manifest.ts";
import { couldGive } from "./tag-template.ts";

/**
 * Tags at the destination that no manifest lists and no rule could have promoted: those whose line was
 * removed. Promotion never deletes, so a person has to be told that they stay.
 *
 * @param tagsByRepository the tags at the destination
 */
export function unclaimedTags(
	tagsByRepository: ReadonlyMap<string, readonly string[]>,
	{ listed, rules }: Pick<Promotions, "listed" | "rules">,
): readonly ListedTag[] {
	const named = new Set(
		listed.map(({ repository, tag }) => `${repository}:${tag}`),
	);
	const compiled = rules.map(({ repositories, promote }) => ({
		names: repositories.map(anchored),
		promote,
	}));
	return [...tagsByRepository].flatMap(([repository, tags]) => {
		// Images that are gone from the source are no reason to forget how they came here.
		const templates = compiled
			.filter(({ names }) => names.some((name) => name.test(repository)))
			.map(({ promote }) => promote);
		return tags
			.filter(
				(tag) =>
					!FALLBACK_TAG.test(tag) &&
					!named.has(`${repository}:${tag}`) &&
					!templates.some((template) => couldGive(template, tag)),
			)
			.map((tag) => ({ repository, tag }));
	});
}
