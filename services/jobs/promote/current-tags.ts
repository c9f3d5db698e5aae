import type { Registry } from "../../oci/registry.ts";
import type { TagInventory } from "../../oci/tag-inventory.ts";
import { messageOf } from "../error-message.ts";
import type { Current } from "./plan.ts";
import { DigestTable } from "./promotion-ledger.ts";
import type { Promotion } from "./promotion-manifest.ts";

/** A tag of the destination. */
export type Target = Pick<Promotion, "repository" | "tag">;

/**
 * What the tags of the destination point to. A repository is listed once; only for tags that are listed
 * and that no earlier run has seen, a request of their own is made.
 */
export class CurrentTags {
	/** Digests that this run knows, for the next one. */
	readonly seen = new DigestTable();
	readonly #destination: Registry;
	readonly #tags: TagInventory;
	readonly #known: DigestTable;

	/** @param known digests earlier runs have seen; empty to ask for each. */
	constructor(destination: Registry, tags: TagInventory, known: DigestTable) {
		this.#destination = destination;
		this.#tags = tags;
		this.#known = known;
	}

	/** What a tag points to, or why that cannot be told. `wanted` is asked for when it is not what was seen. */
	async of(
		{ repository, tag }: Target,
		wanted?: Promotion["digest"],
	): Promise<Current> {
		try {
			const tags = await this.#tags.of(repository);
			if (!tags.has(tag)) return { digest: undefined };
			const known = this.#known.get(repository, tag);
			const digest =
				known !== undefined && (wanted === undefined || wanted === known)
					? known
					: (await this.#destination.headManifest(repository, tag))?.digest;
			if (digest !== undefined) this.seen.set(repository, tag, digest);
			return { digest };
		} catch (error) {
			return { unreadable: messageOf(error) };
		}
	}
}
