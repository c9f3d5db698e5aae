import { RegistryError } from "./errors.ts";
import type { Registry } from "./registry.ts";

/** The tags of a registry's repositories, each listed at most once. */
export class TagInventory {
	readonly #registry: Registry;
	readonly #tags = new Map<string, Promise<ReadonlySet<string>>>();

	constructor(registry: Registry) {
		this.#registry = registry;
	}

	/** All tags of a repository; none of one that is not there. */
	of(repository: string): Promise<ReadonlySet<string>> {
		const known = this.#tags.get(repository);
		if (known) return known;
		const tags = this.#list(repository);
		this.#tags.set(repository, tags);
		return tags;
	}

	/** The tags of the repositories that were asked for so far, but for those that could not be listed. */
	async known(): Promise<ReadonlyMap<string, readonly string[]>> {
		const names = [...this.#tags.keys()];
		const listed = await Promise.allSettled(this.#tags.values());
		return new Map(
			names.flatMap((name, i) => {
				const result = listed[i];
				return result?.status === "fulfilled"
					? [[name, [...result.value]] as const]
					: [];
			}),
		);
	}

	async #list(repository: string): Promise<ReadonlySet<string>> {
		const tags = new Set<string>();
		try {
			for await (const tag of this.#registry.tags(repository)) tags.add(tag);
		} catch (error) {
			// distribution knows no repository of that name when all its manifests are untagged.
			if (!(error instanceof RegistryError) || error.status !== 404) {
				throw error;
			}
		}
		return tags;
	}
}
