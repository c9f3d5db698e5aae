import { all } from "../../../oci/all.ts";
import type { Descriptor } from "../../../oci/descriptor.ts";
import { RegistryError } from "../../../oci/errors.ts";
import { InvalidManifestError } from "../../../oci/manifest.ts";
import type { ManifestContent, Registry } from "../../../oci/registry.ts";
import { MAX_SIGNATURE_BYTES, MAX_SIGNATURES } from "./signature-material.ts";

/** The repository that things are attached in. */
export interface Place {
	readonly registry: Registry;
	readonly repository: string;
	/** Its tags, so that those it lacks are not asked for. @default - each is asked for */
	readonly tags?: ReadonlySet<string> | undefined;
}

/** What was found of one kind, and why the rest of it was left out. */
export interface Found<T> {
	readonly found: readonly T[];
	readonly leftOut: readonly string[];
}

export const NOTHING: Found<never> = { found: [], leftOut: [] };

/** What a tag holds; undefined when there is no such tag. */
export async function taggedManifest(
	place: Place,
	tag: string,
): Promise<ManifestContent | undefined> {
	return place.tags === undefined || place.tags.has(tag)
		? manifestAt(place, tag)
		: undefined;
}

/** A manifest; undefined when it is not there. */
export async function manifestAt(
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

/**
 * The content of a layer.
 *
 * @throws InvalidManifestError when it is too long for what is attached to images
 */
export function layerContent(
	{ registry, repository }: Place,
	layer: Descriptor,
): Promise<Buffer> {
	return registry.readBlob(repository, layer, MAX_SIGNATURE_BYTES);
}

/** Finds something for each item, up to `MAX_SIGNATURES` of them. */
export async function each<I, T>(
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
export async function usable<T>(
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
