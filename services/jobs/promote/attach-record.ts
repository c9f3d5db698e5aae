import { type Digest, digestOf } from "../../oci/digest.ts";
import { fallbackTag } from "../../oci/fallback-tag.ts";
import { OCI_MANIFEST } from "../../oci/media-types.ts";
import { mergeReferrers } from "../../oci/referrer-list.ts";
import type { ManifestContent, Registry } from "../../oci/registry.ts";
import { PROMOTION_PREDICATE } from "./record-statement.ts";
import { BUNDLE_TYPE } from "./signatures/signature-material.ts";

// https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#guidance-for-an-empty-descriptor
const EMPTY = Buffer.from("{}");
const EMPTY_CONFIG = {
	mediaType: "application/vnd.oci.empty.v1+json",
	digest: digestOf(EMPTY),
	size: EMPTY.byteLength,
};

/**
 * Attaches a signed promotion record to an image that is at the destination already, so that clients
 * find it where they find signatures.
 *
 * @throws what the requests throw.
 */
export async function attachRecord(
	registry: Registry,
	repository: string,
	image: ManifestContent,
	bundle: Buffer,
	promotedAt: string,
): Promise<void> {
	const layer = {
		mediaType: BUNDLE_TYPE,
		digest: digestOf(bundle),
		size: bundle.byteLength,
	};
	const annotations = {
		"dev.sigstore.bundle.content": "dsse-envelope",
		"dev.sigstore.bundle.predicateType": PROMOTION_PREDICATE,
		"org.opencontainers.image.created": promotedAt,
	};
	const bytes = Buffer.from(
		JSON.stringify({
			schemaVersion: 2,
			mediaType: OCI_MANIFEST,
			artifactType: BUNDLE_TYPE,
			config: EMPTY_CONFIG,
			layers: [layer],
			subject: {
				mediaType: image.mediaType,
				digest: image.digest,
				size: image.bytes.byteLength,
			},
			annotations,
		}),
	);
	const digest = digestOf(bytes);
	await Promise.all([
		upload(registry, repository, EMPTY_CONFIG, EMPTY),
		upload(registry, repository, layer, bundle),
	]);
	const manifest = { digest, mediaType: OCI_MANIFEST, bytes };
	await registry.putManifest(repository, digest, manifest);
	await mergeReferrers(registry, repository, fallbackTag(image.digest), [
		{
			mediaType: OCI_MANIFEST,
			digest,
			size: bytes.byteLength,
			artifactType: BUNDLE_TYPE,
			annotations,
		},
	]);
}

async function upload(
	registry: Registry,
	repository: string,
	blob: { readonly digest: Digest; readonly size: number },
	bytes: Buffer,
): Promise<void> {
	if ((await registry.headBlob(repository, blob.digest)) !== undefined) return;
	await registry.uploadBlob(repository, blob, async () => ({
		unverified: once(bytes),
		discard: () => {},
	}));
}

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
	yield bytes;
}
