import type { Digest } from "../../oci/digest.ts";
import type { Annotations } from "../../oci/manifest.ts";
import type { SignatureMaterial } from "./signatures/signature-material.ts";

/** All that the checks look at, read before any of it is judged. */
export interface ImageFacts {
	readonly digest: Digest;
	/** What is runnable in it: itself, or for an index the images of its platforms. */
	readonly platforms: readonly PlatformImage[];
	/** Bytes of each layer, compressed; one that several platforms share counts once. */
	readonly layers: ReadonlyMap<Digest, number>;
	/** Manifests of the image that an SBOM is attached to. */
	readonly withSbom: ReadonlySet<Digest>;
	/** What may be a signature of the image as a whole. */
	readonly signatures: SignatureMaterial;
}

/** The image of one platform. */
export interface PlatformImage {
	readonly digest: Digest;
	/** As its own config says, e.g. `linux/arm64/v8`. */
	readonly platform: string;
	/** Labels of its config, annotations of its manifest, and those of the index above it. */
	readonly labels: Annotations;
}
