import type { Digest } from "../../oci/digest.ts";
import { RetryableError } from "../../oci/errors.ts";
import type { Registry } from "../../oci/registry.ts";
import { backupTag } from "./backup-tag.ts";
import type { Kept } from "./report.ts";

/** A tag of the Archive that is about to be written. */
export interface TagToMove {
	/** In the Archive. */
	readonly repository: string;
	readonly tag: string;
	/** What it will point to. */
	readonly digest: Digest;
}

/**
 * Puts what a tag points to under its backup tag and reads it back, so that it can still be pulled by
 * name when the tag has moved. Looks at the tag anew: another run may have moved it since it was planned.
 *
 * @returns what was kept; undefined when the tag is not there or is where it is to be.
 * @throws RetryableError when the backup tag is not what was written, and what the requests throw.
 */
export async function keepCurrent(
	archive: Registry,
	{ repository, tag, digest }: TagToMove,
	today: Date,
): Promise<Kept | undefined> {
	const head = await archive.headManifest(repository, tag);
	if (head === undefined || head.digest === digest) return undefined;
	const kept = {
		digest: head.digest,
		tag: backupTag(tag, head.digest, today),
	};
	const backup = await archive.headManifest(repository, kept.tag);
	if (backup?.digest === kept.digest) return kept;
	if (backup !== undefined) {
		throw new Error(
			`${archive.host}/${repository}:${kept.tag} is to keep ${kept.digest} and points to ${backup.digest}; the tag ${tag} was not moved. Fix: find out who wrote it, and give it another tag`,
		);
	}
	const content = await archive.getManifest(repository, kept.digest);
	await archive.putManifest(repository, kept.tag, content);
	const written = await archive.getManifest(repository, kept.tag);
	if (written.digest !== kept.digest) {
		throw new RetryableError(
			`${archive.host}/${repository}:${kept.tag} was written as ${kept.digest} and reads as ${written.digest}: somebody else writes it too`,
		);
	}
	return kept;
}
