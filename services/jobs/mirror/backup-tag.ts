import type { Digest } from "../../oci/digest.ts";

/** Tags that keep what another tag pointed to before it moved. */
export const BACKUP_TAG = /-kept-[0-9]{8}-[0-9a-f]{12}$/;

/** Longest tag, https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#pulling-manifests */
const MAX_TAG_LENGTH = 128;

/**
 * The tag that keeps a digest when `tag` moves on, e.g. `12-kept-20261124-6c3c624b58db`. The day tells
 * people when that was. The digest keeps apart what was pushed on one day, and makes the same tag when
 * the same is kept once more.
 */
export function backupTag(tag: string, digest: Digest, day: Date): string {
	const date = day.toISOString().slice(0, 10).replaceAll("-", "");
	const hex = digest.slice("sha256:".length).slice(0, 12);
	const suffix = `-kept-${date}-${hex}`;
	return tag.slice(0, MAX_TAG_LENGTH - suffix.length) + suffix;
}
