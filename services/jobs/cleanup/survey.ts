import { RegistryError } from "../../oci/errors.ts";
import { INDEX_TYPES } from "../../oci/media-types.ts";
import type { Registry } from "../../oci/registry.ts";
import { messageOf } from "../error-message.ts";
import { forEach } from "../workers.ts";
import type { ResolvedTag } from "./seen-tag.ts";

/** Tags of a repository that are looked at a time. The limit per host bounds all of them together. */
const CONCURRENT_LOOKS = 16;

/** A tag that is listed and could not be looked at. */
export interface UnresolvedTag {
	readonly name: string;
	readonly reason: string;
}

/** What a repository has under its tags, both by name. */
export interface Survey {
	readonly tags: readonly ResolvedTag[];
	readonly unresolved: readonly UnresolvedTag[];
}

/**
 * Looks at all tags of a repository. One that points to nothing, or goes meanwhile, is left out.
 *
 * @throws what the listing of the tags throws.
 */
export async function surveyRepository(
	registry: Registry,
	repository: string,
): Promise<Survey> {
	const names = await namesOfTags(registry, repository);
	const tags: ResolvedTag[] = [];
	const unresolved: UnresolvedTag[] = [];
	await forEach(names, CONCURRENT_LOOKS, async (name) => {
		try {
			const head = await registry.headManifest(repository, name);
			if (!head) return;
			const isIndex = INDEX_TYPES.includes(head.mediaType);
			tags.push({ name, digest: head.digest, isIndex });
		} catch (error) {
			unresolved.push({ name, reason: messageOf(error) });
		}
	});
	return {
		tags: tags.toSorted(byName),
		unresolved: unresolved.toSorted(byName),
	};
}

async function namesOfTags(
	registry: Registry,
	repository: string,
): Promise<ReadonlySet<string>> {
	const names = new Set<string>();
	try {
		for await (const name of registry.tags(repository)) names.add(name);
	} catch (error) {
		// What distribution answers for a repository without a tag, which its catalog lists all the same.
		if (!(error instanceof RegistryError && error.status === 404)) throw error;
	}
	return names;
}

function byName(a: { readonly name: string }, b: { readonly name: string }) {
	return a.name < b.name ? -1 : 1;
}
