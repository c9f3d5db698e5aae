import { Readable } from "node:stream";
import { type Digest, digestOf } from "../../oci/digest.ts";
import { OCI_MANIFEST } from "../../oci/media-types.ts";
import type { BlobContent, ManifestContent } from "../../oci/registry.ts";

/** A blob that is in memory. */
export interface TestBlob {
	readonly digest: Digest;
	readonly bytes: Buffer;
}

/** Two images of the same two blobs, so that a tag can be moved from one to the other. */
export interface TestImages {
	readonly config: TestBlob;
	readonly layer: TestBlob;
	readonly first: ManifestContent;
	readonly second: ManifestContent;
}

// A tar archive without files: two blocks of zeros.
const EMPTY_TAR = Buffer.alloc(1024);

/** The images the self-test pushes. They carry the labels, and have the same digests in every run. */
export function testImages(requiredLabels: readonly string[]): TestImages {
	const layer = blobOf(EMPTY_TAR);
	const config = blobOf(
		jsonOf({
			architecture: "amd64",
			os: "linux",
			rootfs: { type: "layers", diff_ids: [layer.digest] },
		}),
	);
	const image = (title: string): ManifestContent => {
		const bytes = jsonOf({
			schemaVersion: 2,
			mediaType: OCI_MANIFEST,
			config: descriptorOf(config, "application/vnd.oci.image.config.v1+json"),
			layers: [descriptorOf(layer, "application/vnd.oci.image.layer.v1.tar")],
			annotations: {
				...Object.fromEntries(
					requiredLabels.map((label) => [label, "self-test"]),
				),
				"org.opencontainers.image.title": title,
			},
		});
		return { digest: digestOf(bytes), mediaType: OCI_MANIFEST, bytes };
	};
	return {
		config,
		layer,
		first: image("self-test 1"),
		second: image("self-test 2"),
	};
}

function jsonOf(value: unknown): Buffer {
	return Buffer.from(JSON.stringify(value));
}

function blobOf(bytes: Buffer): TestBlob {
	return { digest: digestOf(bytes), bytes };
}

function descriptorOf({ digest, bytes }: TestBlob, mediaType: string) {
	return { mediaType, digest, size: bytes.byteLength };
}

/** Bytes in memory as content to upload. */
export function bytesOf(bytes: Buffer): BlobContent {
	return { unverified: Readable.from([bytes]), discard: () => {} };
}
