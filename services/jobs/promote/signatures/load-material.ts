import { all } from "../../../oci/all.ts";
import type { Descriptor } from "../../../oci/descriptor.ts";
import type { Digest } from "../../../oci/digest.ts";
import { RegistryError } from "../../../oci/errors.ts";
import { cosignProblem, fallbackTag } from "../../../oci/fallback-tag.ts";
import {
	type ImageManifest,
	InvalidManifestError,
	parseManifest,
	parseReferrers,
} from "../../../oci/manifest.ts";
import type { ManifestContent, Registry } from "../../../oci/registry.ts";
import { signsBytes } from "./bundle.ts";
import {
	BUNDLE_TYPE,
	type LegacySignature,
	MAX_SIGNATURE_BYTES,
	MAX_SIGNATURES,
	type SignatureMaterial,
} from "./signature-material.ts";

/** What was found of one form of signature, and why the rest of it was left out. */
interface Found<T> {
	readonly found: readonly T[];
	readonly leftOut: readonly string[];
}

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
	const place = { registry, repository };
	const tagged = async (tag: string) =>
		tags === undefined || tags.has(tag) ? manifestAt(place, tag) : undefined;
	const tag = fallbackTag(digest);
	const sig = await tagged(`${tag}.sig`);
	const legacy = sig ? await legacyIn(place, sig, `${tag}.sig`) : NOTHING;
	const list = await tagged(tag);
	const bundles = list ? await bundlesIn(place, list, digest) : NOTHING;
	const manifest = bundles.found.some(signsBytes)
		? await registry.getManifest(repository, digest)
		: undefined;
	return {
		legacy: legacy.found,
		bundles: bundles.found,
		...(manifest && { manifest: manifest.bytes }),
		leftOut: [...legacy.leftOut, ...bundles.leftOut],
	};
}

interface Place {
	readonly registry: Registry;
	readonly repository: string;
}

async function legacyIn(
	place: Place,
	content: ManifestContent,
	tag: string,
): Promise<Found<LegacySignature>> {
	return usable(`tag ${tag}`, async () => {
		const manifest = parseManifest(content.bytes, content.mediaType);
		const problem = cosignProblem(".sig", manifest);
		if (problem !== undefined) throw new InvalidManifestError(problem);
		return each((manifest as ImageManifest).layers, (layer) =>
			usable(`layer ${layer.digest} of ${tag}`, async () => ({
				found: [
					{
						payload: await blobOf(place, layer),
						annotations: layer.annotations ?? {},
					},
				],
				leftOut: [],
			})),
		);
	});
}

async function bundlesIn(
	place: Place,
	list: ManifestContent,
	digest: Digest,
): Promise<Found<Buffer>> {
	const tag = fallbackTag(digest);
	return usable(`tag ${tag}`, () =>
		each(parseReferrers(list.bytes, list.mediaType), (entry) =>
			usable(`referrer ${entry.digest}`, () =>
				bundleOf(place, entry.digest, digest),
			),
		),
	);
}

// What kind of referrer it is, is asked of the referrer: lists are written by clients, and some of
// them copy the type of the config.
async function bundleOf(
	place: Place,
	referrer: Digest,
	subject: Digest,
): Promise<Found<Buffer>> {
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
	const [layer, ...more] = manifest.layers;
	if (!layer || more.length > 0 || layer.mediaType !== BUNDLE_TYPE) {
		throw new InvalidManifestError(`it is not one layer of ${BUNDLE_TYPE}`);
	}
	return { found: [await blobOf(place, layer)], leftOut: [] };
}

const NOTHING: Found<never> = { found: [], leftOut: [] };

async function each<I, T>(
	items: readonly I[],
	find: (item: I) => Promise<Found<T>>,
): Promise<Found<T>> {
	const results = await all(items.slice(0, MAX_SIGNATURES), find);
	const more = items.length - MAX_SIGNATURES;
	return {
		found: results.flatMap(({ found }) => found),
		leftOut: [
			...results.flatMap(({ leftOut }) => leftOut),
			...(more > 0
				? [`${more} more than the ${MAX_SIGNATURES} that are looked at`]
				: []),
		],
	};
}

/** Makes content that is not what it should be a line of its own; other errors stay errors. */
async function usable<T>(
	what: string,
	find: () => Promise<Found<T>>,
): Promise<Found<T>> {
	try {
		return await find();
	} catch (error) {
		if (!(error instanceof InvalidManifestError)) throw error;
		return { found: [], leftOut: [`${what} is left out: ${error.message}`] };
	}
}

async function manifestAt(
	{ registry, repository }: Place,
	reference: string,
): Promise<ManifestContent | undefined> {
	try {
		return await registry.getManifest(repository, reference);
	} catch (error) {
		if (error instanceof RegistryError && error.status === 404) {
			return undefined;
		}
		throw error;
	}
}

function blobOf(
	{ registry, repository }: Place,
	layer: Descriptor,
): Promise<Buffer> {
	return registry.readBlob(repository, layer, MAX_SIGNATURE_BYTES);
}
