import type { Digest } from "../../../oci/digest.ts";
import { cosignProblem, fallbackTag } from "../../../oci/fallback-tag.ts";
import { InvalidManifestError, parseManifest } from "../../../oci/manifest.ts";
import type { Registry } from "../../../oci/registry.ts";
import {
	each,
	type Found,
	layerContent,
	NOTHING,
	type Place,
	taggedManifest,
	usable,
} from "./attached-content.ts";
import { signsBytes } from "./bundle.ts";
import { loadBundles } from "./load-bundles.ts";
import {
	type LegacySignature,
	SIGN_PREDICATE,
	type SignatureMaterial,
} from "./signature-material.ts";

/**
 * Reads what is attached to an image as a signature: the layers of its `.sig` tag and the bundles
 * among the referrers its fallback tag lists.
 *
 * What is not there is no signature. What cannot be used for what it is, is named in `leftOut`.
 *
 * @param tags tags of the repository, so that those it lacks are not asked for. @default - each is asked for
 * @throws whatever else the requests throw: a listing that was throttled must not look like an image
 * without signatures.
 */
export async function loadSignatureMaterial(
	registry: Registry,
	repository: string,
	digest: Digest,
	tags?: ReadonlySet<string>,
): Promise<SignatureMaterial> {
	const place = { registry, repository, tags };
	const legacy = await loadLegacy(place, `${fallbackTag(digest)}.sig`);
	const { found, leftOut } = await loadBundles(place, digest, SIGN_PREDICATE);
	const bundles = found.flatMap((it) => ("bytes" in it ? [it.bytes] : []));
	const manifest = bundles.some(signsBytes)
		? await registry.getManifest(repository, digest)
		: undefined;
	return {
		legacy: legacy.found,
		bundles,
		...(manifest && { manifest: manifest.bytes }),
		attestations: found.flatMap((it) =>
			"predicateType" in it ? [it.predicateType] : [],
		),
		leftOut: [...legacy.leftOut, ...leftOut],
	};
}

async function loadLegacy(
	place: Place,
	tag: string,
): Promise<Found<LegacySignature>> {
	const content = await taggedManifest(place, tag);
	if (!content) return NOTHING;
	return usable(`tag ${tag}`, async () => {
		const manifest = parseManifest(content.bytes, content.mediaType);
		const problem = cosignProblem(".sig", manifest);
		if (problem !== undefined) throw new InvalidManifestError(problem);
		const layers = manifest.kind === "image" ? manifest.layers : [];
		return each(layers, (layer) =>
			usable(`layer ${layer.digest} of ${tag}`, async () => {
				const payload = await layerContent(place, layer);
				const { annotations = {} } = layer;
				return { found: [{ payload, annotations }], leftOut: [] };
			}),
		);
	});
}
