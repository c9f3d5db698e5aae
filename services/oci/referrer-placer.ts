import { all } from "./all.ts";
import type { Digest } from "./digest.ts";
import {
	COSIGN_SUFFIXES,
	type CosignSuffix,
	cosignProblem,
	fallbackTag,
	lostLayers,
	referrerProblem,
} from "./fallback-tag.ts";
import { InvalidManifestError, parseManifest } from "./manifest.ts";
import type { ManifestPlacer, Route } from "./manifest-placer.ts";
import { mergeReferrers, referrersIn } from "./referrer-list.ts";
import type { Registry } from "./registry.ts";
import type { TagInventory } from "./tag-inventory.ts";

export interface ReferrerPlacerOptions {
	readonly source: Registry;
	readonly destination: Registry;
	readonly manifests: ManifestPlacer;
	/** One listing of a repository tells for all its images. */
	readonly sourceTags: TagInventory;
	/** Artifact types that go along with an image; others stay behind. */
	readonly artifactTypes: readonly string[];
}

/** A signature of an SBOM of an image is the longest chain that is in use. */
const MAX_DEPTH = 3;

/**
 * Takes signatures, attestations and SBOMs along: what the fallback tags of a manifest list at the
 * source, merged into what they list at the destination.
 */
export class ReferrerPlacer {
	readonly #options: ReferrerPlacerOptions;
	/** What was left behind, by repositories and subject: an image may be promoted under many tags. */
	readonly #placed = new Map<string, Promise<readonly string[]>>();

	constructor(options: ReferrerPlacerOptions) {
		this.#options = options;
	}

	/**
	 * Places the referrers of the given manifests.
	 *
	 * @returns what was left behind and why, a line each.
	 * @throws InvalidManifestError when a list is no list or signatures would be lost, and what the
	 * requests throw.
	 */
	async place(
		subjects: readonly Digest[],
		route: Route,
		depth = 1,
	): Promise<readonly string[]> {
		const leftOut = await all(subjects, (subject) => {
			const key = `${route.from}>${route.to}@${subject}`;
			const known = this.#placed.get(key);
			if (known) return known;
			const placed = this.#placeAll(subject, route, depth);
			this.#placed.set(key, placed);
			return placed;
		});
		return leftOut.flat();
	}

	async #placeAll(
		subject: Digest,
		route: Route,
		depth: number,
	): Promise<readonly string[]> {
		const tags = await this.#options.sourceTags.of(route.from);
		const tag = fallbackTag(subject);
		const leftOut: string[] = [];
		if (tags.has(tag)) {
			leftOut.push(...(await this.#placeList(subject, tag, route, depth)));
		}
		for (const suffix of COSIGN_SUFFIXES) {
			if (!tags.has(tag + suffix)) continue;
			leftOut.push(...(await this.#placeCosign(tag + suffix, suffix, route)));
		}
		return leftOut;
	}

	async #placeList(
		subject: Digest,
		tag: string,
		route: Route,
		depth: number,
	): Promise<readonly string[]> {
		const { source, manifests, artifactTypes } = this.#options;
		const list = await source.getManifest(route.from, tag);
		const entries = referrersIn(list, `${source.host}/${route.from}:${tag}`);
		const behind = new Set<Digest>();
		const leftOut = await all(entries, async ({ digest }) => {
			const content = await source.getManifest(route.from, digest);
			const referrer = manifests.parse(content, route.from);
			const problem = referrerProblem(referrer, subject, artifactTypes);
			if (problem !== undefined) {
				behind.add(digest);
				return [`referrer ${digest} of ${subject} stays behind: ${problem}`];
			}
			const placed = await manifests.place(content, route);
			return depth < MAX_DEPTH ? this.place(placed, route, depth + 1) : [];
		});
		const wanted = entries.filter(({ digest }) => !behind.has(digest));
		const whole = behind.size === 0 ? list : undefined;
		await mergeReferrers(
			this.#options.destination,
			route.to,
			tag,
			wanted,
			whole,
		);
		return leftOut.flat();
	}

	async #placeCosign(
		tag: string,
		suffix: CosignSuffix,
		route: Route,
	): Promise<readonly string[]> {
		const { source, destination, manifests } = this.#options;
		const content = await source.getManifest(route.from, tag);
		const wanted = manifests.parse(content, route.from);
		const problem = cosignProblem(suffix, wanted);
		if (problem !== undefined) return [`tag ${tag} stays behind: ${problem}`];
		const head = await destination.headManifest(route.to, tag);
		if (head?.digest === content.digest) return [];
		if (head) {
			const present = await destination.getManifest(route.to, head.digest);
			const lost = lostLayers(
				parseManifest(present.bytes, present.mediaType),
				wanted,
			);
			if (lost.length > 0) {
				throw new InvalidManifestError(
					`${destination.host}/${route.to}:${tag} has ${lost.join(", ")}, which ${source.host}/${route.from}:${tag} lacks; add it at the source, or the destination would lose it`,
				);
			}
		}
		await manifests.place(content, route);
		await destination.putManifest(route.to, tag, content);
		return [];
	}
}
