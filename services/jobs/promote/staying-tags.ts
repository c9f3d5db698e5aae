import type { Asked } from "./read-manifests.ts";
import { unclaimedTags } from "./unclaimed-tags.ts";

/** Longer lists are not read. */
const MOST_NOTES = 20;

/**
 * Says which tags of the destination nobody asks for any more, a line each.
 *
 * @param tagsByRepository the tags at the destination
 * @param host of the destination
 */
export function stayingTags(
	tagsByRepository: ReadonlyMap<string, readonly string[]>,
	asked: Pick<Asked, "listed" | "rules">,
	host: string,
): readonly string[] {
	const tags = unclaimedTags(tagsByRepository, asked);
	const more = tags.length - MOST_NOTES;
	return [
		...tags
			.slice(0, MOST_NOTES)
			.map(
				({ repository, tag }) =>
					`${host}/${repository}:${tag} is in no manifest and no rule; it stays, since promotion never deletes`,
			),
		...(more > 0 ? [`and ${more} more such tags`] : []),
	];
}
