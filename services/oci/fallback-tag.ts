import type { Descriptor } from "./descriptor.ts";
import type { Digest } from "./digest.ts";
import type { IndexEntry, Manifest } from "./manifest.ts";
import { OCI_INDEX } from "./media-types.ts";

/** The suffixes of cosign's own tags, which hold one manifest whose layers are the signatures. */
export const COSIGN_SUFFIXES = [".sig", ".att", ".sbom"] as const;
export type CosignSuffix = (typeof COSIGN_SUFFIXES)[number];

// What cosign writes, https://github.com/sigstore/cosign/blob/v2.4.1/pkg/types/media.go. Without this
// check any runnable image could travel to the destination under such a tag.
const COSIGN_LAYERS: Readonly<Record<CosignSuffix, RegExp>> = {
	".sig": /^application\/vnd\.dev\.cosign\.simplesigning\.v1\+json$/,
	".att": /^application\/vnd\.dsse\.envelope\.v1\+json$/,
	".sbom":
		/^(?:text\/spdx(?:\+json|\+xml)?|application\/vnd\.cyclonedx(?:\+json|\+xml)?|application\/vnd\.syft\+json|application\/spdx\+json)$/,
};

/**
 * The tag under which registries without the referrers API list the referrers of a manifest
 * (https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#referrers-tag-schema).
 */
export function fallbackTag(subject: Digest): string {
	return subject.replace(":", "-");
}

/** Why the manifest behind a cosign tag is not what cosign puts there; undefined when it is. */
export function cosignProblem(
	suffix: CosignSuffix,
	manifest: Manifest,
): string | undefined {
	const layers = layersOf(manifest);
	const other = layers.find(
		({ mediaType }) => !COSIGN_LAYERS[suffix].test(mediaType),
	);
	if (layers.length === 0) return "it has no layers";
	return other && `it has a layer of type ${other.mediaType}`;
}

/** Why a manifest is not taken along as a referrer of `subject`; undefined when it is. */
export function referrerProblem(
	referrer: Manifest,
	subject: Digest,
	artifactTypes: readonly string[],
): string | undefined {
	if (referrer.kind === "index") return "it is an index";
	if (referrer.subject?.digest !== subject) {
		return `its subject is ${referrer.subject?.digest ?? "missing"}`;
	}
	if (artifactTypes.includes(referrer.artifactType)) return undefined;
	return `its artifact type ${referrer.artifactType} is not among those that are promoted`;
}

/**
 * The destination's list of referrers with those of the source that it lacks added at the end.
 * Undefined when it lacks none.
 */
export function mergedReferrers(
	present: readonly IndexEntry[],
	wanted: readonly IndexEntry[],
): Buffer | undefined {
	const known = new Set(present.map(({ digest }) => digest));
	const missing = wanted.filter(({ digest }) => !known.has(digest));
	if (missing.length === 0) return undefined;
	return Buffer.from(
		JSON.stringify({
			schemaVersion: 2,
			mediaType: OCI_INDEX,
			manifests: [...present, ...missing],
		}),
	);
}

/** Layers of the destination's manifest that the source's lacks: writing that one would lose them. */
export function lostLayers(
	present: Manifest,
	wanted: Manifest,
): readonly Digest[] {
	const kept = new Set(layersOf(wanted).map(({ digest }) => digest));
	return layersOf(present)
		.map(({ digest }) => digest)
		.filter((digest) => !kept.has(digest));
}

function layersOf(manifest: Manifest): readonly Descriptor[] {
	return manifest.kind === "image" ? manifest.layers : [];
}
