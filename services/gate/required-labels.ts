import { z } from "zod";
import type { ImageManifest, Manifest } from "./manifest.ts";

/** Largest image configuration that is looked into, in bytes; real ones have a few kilobytes. */
export const MAX_CONFIG_BYTES = 4 * 1024 * 1024;

const FILE_SYSTEM_LAYER =
	/^application\/vnd\.(?:docker\.image\.rootfs|oci\.image\.layer)\./;
const IMAGE_CONFIG = new Set([
	"application/vnd.oci.image.config.v1+json",
	"application/vnd.docker.container.image.v1+json",
]);

/**
 * Whether required labels apply: to what a container can be started from. An index stands for its
 * images; signatures, SBOMs and attestations have other layers, or describe a subject.
 */
export function needsLabels(
	manifest: Manifest,
): manifest is Extract<Manifest, { kind: "image" }> {
	if (manifest.kind === "index") return false;
	const { layers, subject, config } = manifest.document;
	// `oras attach` gives its files the media type of an image layer. A subject alone excuses
	// nothing: an image can have one too.
	if (subject && !IMAGE_CONFIG.has(config.mediaType ?? "")) return false;
	return (layers ?? []).some(({ mediaType }) =>
		FILE_SYSTEM_LAYER.test(mediaType ?? ""),
	);
}

/** The required labels that a manifest's annotations do not bring. */
export function labelsNotAnnotated(
	required: readonly string[],
	{ annotations }: ImageManifest,
): string[] {
	return required.filter((label) => !annotations?.[label]);
}

const imageConfig = z.looseObject({
	config: z
		.looseObject({ Labels: z.record(z.string(), z.string()).nullish() })
		.nullish(),
});

/** The labels, out of these, that an image's configuration does not bring either. */
export function labelsNotConfigured(
	labels: readonly string[],
	configuration: Uint8Array,
): string[] {
	let parsed: z.infer<typeof imageConfig>;
	try {
		const text = new TextDecoder().decode(configuration);
		parsed = imageConfig.parse(JSON.parse(text));
	} catch {
		return [...labels];
	}
	return labels.filter((label) => !parsed.config?.Labels?.[label]);
}
