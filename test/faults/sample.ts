import { randomBytes } from "node:crypto";
import {
	blob,
	descriptorOf,
	fallbackTag,
	index,
	manifest,
	OCI,
	referrer,
	referrers,
	type TestBlob,
	type TestImage,
	image as withLayers,
} from "../services/oci/images.ts";
import type { Offer } from "./offer.ts";

/** An image of one layer; it and its configuration are unlike any other. */
export function sampleImage(
	repository: string,
	{ layer = randomLayer(64), tag = "1.0.0" } = {},
): Offer {
	return { repository, image: unique([layer]), tags: [tag] };
}

/**
 * Everything an image can bring along: two platforms with a common layer, two tags, an SBOM, a
 * signature of today and one of the older form of cosign. All of it is unlike any other.
 */
export function sampleIndex(repository: string): Offer {
	const common = randomLayer(64);
	const app = index([
		unique([common, randomLayer(1)]),
		unique([common, randomLayer(1)]),
	]);
	const id = randomBytes(8).toString("hex");
	const bundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";
	const sbom = referrer(app, "application/spdx+json", `sbom ${id}`);
	const bundle = referrer(app, bundleType, `bundle ${id}`);
	const payload = "application/vnd.dev.cosign.simplesigning.v1+json";
	return {
		repository,
		image: app,
		tags: ["1.0.0", "1.0.1"],
		along: {
			[fallbackTag(app)]: referrers([sbom, bundle]),
			[`${fallbackTag(app)}.sig`]: withLayers([blob(`of ${id}`, payload)]),
		},
	};
}

/** The only layer of a sample image. */
export function layerOf({ repository, image }: Offer): TestBlob {
	const [layer] = image.blobs.slice(1);
	if (!layer) throw new Error(`${repository} has no layer`);
	return layer;
}

/** A layer unlike any other. */
export function randomLayer(kib: number): TestBlob {
	return blob(randomBytes(kib * 1024));
}

function unique(layers: readonly TestBlob[]): TestImage {
	const config = blob(
		JSON.stringify({
			architecture: "amd64",
			os: "linux",
			author: randomBytes(8).toString("hex"),
		}),
		`${OCI}.config.v1+json`,
	);
	return manifest(
		{
			schemaVersion: 2,
			mediaType: `${OCI}.manifest.v1+json`,
			config: descriptorOf(config),
			layers: layers.map(descriptorOf),
		},
		[config, ...layers],
	);
}
