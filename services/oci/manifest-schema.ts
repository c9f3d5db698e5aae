import { z } from "zod";
import { annotations, descriptor, mediaType } from "./descriptor.ts";
import { IMAGE_TYPES, INDEX_TYPES, isNondistributable } from "./media-types.ts";

/** Longest manifest, in bytes: distribution takes no longer one. */
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
/** Longest config blob, in bytes. */
export const MAX_CONFIG_BYTES = 4 * 1024 * 1024;
/** Largest image, in bytes over all its layers. */
export const MAX_IMAGE_BYTES = 20 * 1024 ** 3;
/** overlayfs takes no more, and no image a person built has more. */
export const MAX_LAYERS = 128;
export const MAX_INDEX_ENTRIES = 64;
/** An index may hold an index that holds an index that holds images. */
export const MAX_INDEX_DEPTH = 3;

const common = {
	schemaVersion: z.literal(2, "expected 2"),
	mediaType: z.string().optional(),
	annotations: annotations.optional(),
	artifactType: mediaType.optional(),
	subject: descriptor.optional(),
};

const manifestDescriptor = descriptor
	.refine(
		({ mediaType }) => [...IMAGE_TYPES, ...INDEX_TYPES].includes(mediaType),
		"expected the media type of an OCI or Docker manifest",
	)
	.refine(
		({ size }) => size <= MAX_MANIFEST_BYTES,
		`expected a manifest of at most ${MAX_MANIFEST_BYTES} bytes`,
	);

const layer = descriptor.refine(
	({ mediaType }) => !isNondistributable(mediaType),
	"expected a layer that may be distributed",
);

/** What an image manifest must be for this project to move it. */
export const imageSchema = z.looseObject({
	...common,
	manifests: z.undefined("expected either layers or manifests").optional(),
	config: descriptor.refine(
		({ size }) => size <= MAX_CONFIG_BYTES,
		`expected a config of at most ${MAX_CONFIG_BYTES} bytes`,
	),
	layers: z
		.array(layer)
		.refine(
			(layers) =>
				layers.reduce((sum, { size }) => sum + size, 0) <= MAX_IMAGE_BYTES,
			`expected at most ${MAX_IMAGE_BYTES} bytes in all layers`,
		),
});

/** What an index must be for this project to move it. */
export const indexSchema = z.looseObject({
	...common,
	layers: z.undefined("expected either layers or manifests").optional(),
	config: z.undefined("expected none in an index").optional(),
	manifests: z.array(manifestDescriptor),
});
