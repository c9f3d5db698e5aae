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
	readonly #asked = new DigestTable();

	/** @param known digests earlier runs have seen; empty to ask for each. */
	constructor(destination: Registry, tags: TagInventory, known: DigestTable) {
		this.#destination = destination;
		this.#tags = tags;
		this.#known = known;
	}

	/** What a tag points to, or why that cannot be told. `wanted` is asked for when it is not what was seen. */
	async of(target: Target, wanted?: Promotion["digest"]): Promise<Current> {
		const { repository, tag } = target;
		try {
			const tags = await this.#tags.of(repository);
			if (!tags.has(tag)) return { digest: undefined };
			const known = this.#known.get(repository, tag);
			const digest =
				known !== undefined && (wanted === undefined || wanted === known)
					? known
					: await this.#ask(target);
			if (digest !== undefined) this.seen.set(repository, tag, digest);
			return { digest };
		} catch (error) {
			return { unreadable: messageOf(error) };
		}
	}

	// A rule asks twice: for what there is, and then whether that is what it offers.
	async #ask({ repository, tag }: Target) {
		const asked = this.#asked.get(repository, tag);
		if (asked !== undefined) return asked;
		const head = await this.#destination.headManifest(repository, tag);
		if (head) this.#asked.set(repository, tag, head.digest);
		return head?.digest;
	}
}
