import { FALLBACK_TAG } from "../../../topology/naming.ts";
import { type Digest, isDigest } from "../../oci/digest.ts";
import type { Sighting } from "./ledger.ts";

/** A tag with what it points to. */
export interface ResolvedTag {
	readonly name: string;
	readonly digest: Digest;
	/** It points to a manifest that names other manifests. */
	readonly isIndex: boolean;
}

/** A tag with what it points to, and since when it is known to. */
export interface SeenTag extends ResolvedTag {
	/** Milliseconds since the epoch. */
	readonly firstSeen: number;
}

/** The manifest that a fallback tag carries signatures or the like of; undefined for any other tag. */
export function subjectOf({ name }: ResolvedTag): Digest | undefined {
	if (!FALLBACK_TAG.test(name)) return undefined;
	const subject = name.replace("-", ":").split(".")[0] ?? "";
	return isDigest(subject) ? subject : undefined;
}

/**
 * The tags with the times they were first seen at, by what is known of them. A tag that is not known,
 * or at another digest, counts as first seen `now`.
 */
export function seenTags(
	tags: readonly ResolvedTag[],
	known: ReadonlyMap<string, Sighting> | undefined,
	now: number,
): readonly SeenTag[] {
	return tags.map((tag) => {
		const sighting = known?.get(tag.name);
		const firstSeen =
			sighting?.digest === tag.digest ? sighting.firstSeen : now;
		return { ...tag, firstSeen };
	});
}
