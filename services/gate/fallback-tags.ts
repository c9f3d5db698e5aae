import { FALLBACK_TAG } from "../../topology/naming.ts";
import type { Descriptor, IndexManifest, Manifest } from "./manifest.ts";
import { denied } from "./refusal.ts";

/**
 * What a tag holds by its form: the index of all referrers of a manifest (the specification's
 * fallback), the signatures, attestations or SBOMs cosign appends to one manifest, or an image.
 */
export function tagContent(tag: string): "referrers" | "attached" | "image" {
	if (!FALLBACK_TAG.test(tag)) return "image";
	return tag.includes(".") ? "attached" : "referrers";
}

/**
 * The referrers that are listed under a fallback tag and are missing in what a client sends: those
 * another client added after this one had read the list.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#referrers-tag-schema
 */
export function referrersLeftOut(
	present: IndexManifest,
	sent: IndexManifest,
): Descriptor[] {
	const listed = new Set((sent.manifests ?? []).map(({ digest }) => digest));
	return (present.manifests ?? []).filter(({ digest }) => !listed.has(digest));
}

/** An index that lists these referrers besides its own. */
export function withReferrers(
	sent: IndexManifest,
	leftOut: readonly Descriptor[],
): Buffer {
	const manifests = [...leftOut, ...(sent.manifests ?? [])];
	return Buffer.from(JSON.stringify({ ...sent, manifests }));
}

/**
 * Makes sure that a fallback tag goes on holding an index of referrers.
 *
 * @throws {RefusedError} DENIED
 */
export function sentReferrers(tag: string, sent: Manifest): IndexManifest {
	if (sent.kind === "index") return sent.document;
	throw denied(
		`tag '${tag}' is for the referrers of a manifest: expected an image index; push images under another tag`,
	);
}

/**
 * The referrers listed under a fallback tag.
 *
 * @throws {RefusedError} DENIED when the tag holds something else, which cannot be kept
 */
export function presentReferrers(
	tag: string,
	present: Manifest,
): IndexManifest {
	if (present.kind === "index") return present.document;
	throw denied(
		`tag '${tag}' holds an image and no list of referrers: delete the tag and retry`,
	);
}

/**
 * Makes sure that nothing attached under a tag of cosign is lost: cosign reads the manifest, appends
 * a layer and writes it back, so a client that comes second would undo the first.
 *
 * @throws {RefusedError} DENIED
 */
export function checkAppended(
	tag: string,
	present: Manifest | undefined,
	sent: Manifest,
): void {
	if (sent.kind === "index") {
		throw denied(
			`tag '${tag}' is for attached signatures, attestations or SBOMs: expected a manifest with layers`,
		);
	}
	if (present?.kind !== "image") return;
	const kept = new Set((sent.document.layers ?? []).map((l) => l.digest));
	const lost = (present.document.layers ?? []).filter(
		({ digest }) => !kept.has(digest),
	);
	if (lost.length === 0) return;
	throw denied(
		`tag '${tag}' has ${lost.length} layers that this manifest lacks (first ${lost[0]?.digest}): pull again and retry`,
	);
}
