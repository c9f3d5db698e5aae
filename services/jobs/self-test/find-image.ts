import {
	FALLBACK_TAG,
	SELF_TEST_REPOSITORY,
} from "../../../topology/naming.ts";
import { RegistryError } from "../../oci/errors.ts";
import type { Registry } from "../../oci/registry.ts";

/** A tag in a registry. */
export interface ImageTag {
	readonly repository: string;
	readonly tag: string;
}

/** Repositories may be left empty by those who delete; that so many are is no reason to go on looking. */
const MOST_REPOSITORIES = 100;

/** An image to try things with: one of the self-test's own if there is one, otherwise whatever comes first. */
export async function findImage(
	registry: Registry,
): Promise<ImageTag | undefined> {
	const own = await firstTag(registry, SELF_TEST_REPOSITORY);
	if (own) return own;
	let looked = 0;
	for await (const repository of registry.repositories()) {
		const found = await firstTag(registry, repository);
		if (found) return found;
		looked++;
		if (looked === MOST_REPOSITORIES) return undefined;
	}
	return undefined;
}

/** The first tag of a repository that is an image's and points to something. */
export async function firstTag(
	registry: Registry,
	repository: string,
): Promise<ImageTag | undefined> {
	try {
		for await (const tag of registry.tags(repository)) {
			if (FALLBACK_TAG.test(tag)) continue;
			if (await registry.headManifest(repository, tag)) {
				return { repository, tag };
			}
		}
	} catch (error) {
		// No such repository.
		if (!(error instanceof RegistryError) || error.status !== 404) throw error;
	}
	return undefined;
}
