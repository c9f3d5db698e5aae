import { FALLBACK_TAG } from "../../../topology/naming.ts";
import { all } from "../../oci/all.ts";
import type { Copier } from "../../oci/copy.ts";
import type { Digest } from "../../oci/digest.ts";
import { RegistryError } from "../../oci/errors.ts";
import { COSIGN_SUFFIXES, fallbackTag } from "../../oci/fallback-tag.ts";
import type { Registry } from "../../oci/registry.ts";
import type { TagInventory } from "../../oci/tag-inventory.ts";
import { DigestTable } from "./promotion-ledger.ts";
import type { Promotion } from "./promotion-manifest.ts";

/** Takes along the signatures, attestations and SBOMs that came after their image was promoted. */
export class LateReferrers {
	/** The source's fallback tags as this run has merged them. */
	readonly merged = new DigestTable();
	readonly #source: Registry;
	readonly #tags: TagInventory;
	readonly #copier: Copier;
	readonly #known: DigestTable;
	readonly #compare: boolean;
	/** Whether a repository of the source has anything that refers to an image. */
	readonly #hasReferrers = new Map<string, boolean>();
	/** By repository and digest: an image may have many tags. */
	readonly #taken = new Map<string, Promise<readonly string[]>>();

	/**
	 * @param known what earlier runs have merged
	 * @param compare merges everything again, also what refers to single platforms of an image
	 */
	constructor(
		source: Registry,
		tags: TagInventory,
		copier: Copier,
		known: DigestTable,
		compare: boolean,
	) {
		this.#compare = compare;
		this.#source = source;
		this.#tags = tags;
		this.#copier = copier;
		this.#known = known;
	}

	/**
	 * Merges what refers to an image into what refers to it at the destination. What earlier runs
	 * merged is compared by its digest alone.
	 *
	 * @returns what was left behind and why, a line each.
	 * @throws what the requests throw.
	 */
	takeAlong({ repository, digest }: Promotion): Promise<readonly string[]> {
		const key = `${repository}@${digest}`;
		const known = this.#taken.get(key);
		if (known) return known;
		const taken = this.#takeAlong(repository, digest);
		this.#taken.set(key, taken);
		return taken;
	}

	async #takeAlong(
		repository: string,
		digest: Digest,
	): Promise<readonly string[]> {
		const tags = await this.#tags.of(repository);
		if (!this.#anyReferrer(repository, tags)) return [];
		const tag = fallbackTag(digest);
		const present = ["", ...COSIGN_SUFFIXES]
			.map((suffix) => `${tag}${suffix}`)
			.filter((name) => tags.has(name));
		const heads = await all(present, async (name) => ({
			name,
			head: await this.#source.headManifest(repository, name),
		}));
		const isNew = heads.some(
			({ name, head }) =>
				head && head.digest !== this.#known.get(repository, name),
		);
		const leftOut =
			isNew || this.#compare ? await this.#copy(repository, digest) : [];
		for (const { name, head } of heads) {
			if (head) this.merged.set(repository, name, head.digest);
		}
		return leftOut;
	}

	async #copy(repository: string, digest: Digest): Promise<readonly string[]> {
		const route = { from: repository, to: repository };
		try {
			if (this.#compare) {
				return await this.#copier.copyAllReferrers(digest, route);
			}
		} catch (error) {
			// Cleanup has taken the image; what refers to it may still be there.
			if (!(error instanceof RegistryError) || error.status !== 404) {
				throw error;
			}
		}
		return this.#copier.copyReferrers([digest], route);
	}

	#anyReferrer(repository: string, tags: ReadonlySet<string>): boolean {
		const known = this.#hasReferrers.get(repository);
		if (known !== undefined) return known;
		const has = [...tags].some((tag) => FALLBACK_TAG.test(tag));
		this.#hasReferrers.set(repository, has);
		return has;
	}
}
