import { digestOf } from "./digest.ts";
import { RetryableError } from "./errors.ts";
import { mergedReferrers } from "./fallback-tag.ts";
import {
	type IndexEntry,
	InvalidManifestError,
	parseReferrers,
} from "./manifest.ts";
import { OCI_INDEX } from "./media-types.ts";
import type { ManifestContent, Registry } from "./registry.ts";

/** Somebody else may write the same list at the same time, and the registry does not serialise. */
const MERGE_TRIES = 5;

/**
 * Adds entries to the list of referrers behind a fallback tag, which may not be there yet. Those that
 * it has already are left as they are; nothing is written when it has them all.
 *
 * @param whole what is written when there is no list yet, byte by byte. @default - a list of the entries
 * @throws InvalidManifestError when what the tag holds is no list, RetryableError when somebody else
 * goes on writing it too, and what the requests throw.
 */
export async function mergeReferrers(
	registry: Registry,
	repository: string,
	tag: string,
	entries: readonly IndexEntry[],
	whole?: ManifestContent,
): Promise<void> {
	const where = `${registry.host}/${repository}:${tag}`;
	// Reads again after each write: a writer that read before us may have written after us.
	for (let tries = 0; tries < MERGE_TRIES; tries++) {
		const head = await registry.headManifest(repository, tag);
		const present =
			head && (await registry.getManifest(repository, head.digest));
		const bytes = mergedReferrers(
			present ? referrersIn(present, where) : [],
			entries,
		);
		if (!bytes) return;
		const merged = { digest: digestOf(bytes), mediaType: OCI_INDEX, bytes };
		await registry.putManifest(
			repository,
			tag,
			present ? merged : (whole ?? merged),
		);
	}
	throw new RetryableError(
		`${where} lost entries ${MERGE_TRIES} times to somebody else who writes it`,
	);
}

/**
 * The entries of a list of referrers.
 *
 * @param where the tag it was found under, for the message
 * @throws InvalidManifestError when it is no such list.
 */
export function referrersIn(
	{ bytes, mediaType }: ManifestContent,
	where: string,
): readonly IndexEntry[] {
	try {
		return parseReferrers(bytes, mediaType);
	} catch (error) {
		if (!(error instanceof InvalidManifestError)) throw error;
		throw new InvalidManifestError(
			`${where} is not a list of referrers: ${error.message}`,
		);
	}
}
