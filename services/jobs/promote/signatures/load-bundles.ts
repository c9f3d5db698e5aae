import type { Digest } from "../../../oci/digest.ts";
import { fallbackTag } from "../../../oci/fallback-tag.ts";
import {
	InvalidManifestError,
	parseManifest,
	parseReferrers,
} from "../../../oci/manifest.ts";
import {
	each,
	type Found,
	layerContent,
	manifestAt,
	NOTHING,
	type Place,
	taggedManifest,
	usable,
} from "./attached-content.ts";
import { BUNDLE_TYPE } from "./signature-material.ts";

/** A bundle, or the predicate type of one that says it states something else than was asked for. */
export type LoadedBundle =
	| { readonly bytes: Buffer }
	| { readonly predicateType: string };

/** https://github.com/sigstore/cosign/blob/main/specs/BUNDLE_SPEC.md#oci */
const PREDICATE_TYPE = "dev.sigstore.bundle.predicateType";

/**
 * Reads the Sigstore bundles among the referrers that the fallback tag of an image lists, save those
 * that say of themselves that they state something else: SBOMs are long.
 *
 * @param predicateType what is asked for; whether a bundle states it, its content has to show
 * @throws whatever the requests throw, but for what is not there
 */
export async function loadBundles(
	place: Place,
	image: Digest,
	predicateType: string,
): Promise<Found<LoadedBundle>> {
	const tag = fallbackTag(image);
	const list = await taggedManifest(place, tag);
	if (!list) return NOTHING;
	return usable(`tag ${tag}`, () =>
		each(parseReferrers(list.bytes, list.mediaType), ({ digest }) =>
			usable(`referrer ${digest}`, () =>
				bundleIn(place, digest, image, predicateType),
			),
		),
	);
}

// What kind of referrer it is, is asked of the referrer: lists are written by clients, and some of
// them copy the type of the config.
async function bundleIn(
	place: Place,
	referrer: Digest,
	subject: Digest,
	wanted: string,
): Promise<Found<LoadedBundle>> {
	const content = await manifestAt(place, referrer);
	if (!content) throw new InvalidManifestError("it is listed but not there");
	const manifest = parseManifest(content.bytes, content.mediaType);
	if (manifest.kind === "index" || manifest.artifactType !== BUNDLE_TYPE) {
		return NOTHING;
	}
	if (manifest.subject?.digest !== subject) {
		throw new InvalidManifestError(
			`its subject is ${manifest.subject?.digest ?? "missing"}`,
		);
	}
	// Whoever calls a signature something else has only himself to blame.
	const predicateType = manifest.annotations[PREDICATE_TYPE];
	if (predicateType !== undefined && predicateType !== wanted) {
		return { found: [{ predicateType }], leftOut: [] };
	}
	const [layer, ...more] = manifest.layers;
	if (!layer || more.length > 0 || layer.mediaType !== BUNDLE_TYPE) {
		throw new InvalidManifestError(`it is not one layer of ${BUNDLE_TYPE}`);
	}
	return { found: [{ bytes: await layerContent(place, layer) }], leftOut: [] };
}
