import {
	type BlobCounts,
	BlobPlacer,
	type TransferObserver,
} from "./blob-placer.ts";
import type { Digest } from "./digest.ts";
import { RetryableError } from "./errors.ts";
import { ManifestPlacer, type Route } from "./manifest-placer.ts";
import { ReferrerPlacer } from "./referrer-placer.ts";
import type { ManifestContent, Registry } from "./registry.ts";
import { TagInventory } from "./tag-inventory.ts";

export interface CopierOptions {
	readonly source: Registry;
	/** Its tokens must be asked for with `push`. */
	readonly destination: Registry;
	/** Artifact types of the signatures, attestations and SBOMs that go along with an image. */
	readonly artifactTypes: readonly string[];
	/** The source's tags, where the caller lists them too. @default - listed anew */
	readonly sourceTags?: TagInventory;
	/** Blobs under way at a time, over all images. @default 8 */
	readonly blobConcurrency?: number;
	/** @default - nobody */
	readonly observer?: TransferObserver;
}

/** One tag to be written at the destination. */
export interface TagCopy extends Route {
	/** Tag or digest at the source. A tag is resolved once, at the start. */
	readonly reference: string;
	readonly tag: string;
	/**
	 * Called with the image when all but the tag is there. What it throws fails the copy, and the tag
	 * stays as it is. @default - nothing
	 */
	readonly beforeTag?: (image: ManifestContent) => Promise<void>;
}

export interface CopyResult {
	readonly digest: Digest;
	/** Signatures and the like that were not taken along, a line each. */
	readonly leftOut: readonly string[];
}

/**
 * Copies images from one registry to another, byte by byte. One Copier serves a whole run, in which
 * it brings over what images share only once.
 *
 * Until the tag is written, nothing of a copy can be seen at the destination: whenever it is
 * interrupted, what is there is either nothing or complete, and the next run goes on from there.
 */
export class Copier {
	/** What happened to the blobs so far. */
	readonly blobs: Readonly<BlobCounts>;
	readonly #source: Registry;
	readonly #destination: Registry;
	readonly #manifests: ManifestPlacer;
	readonly #referrers: ReferrerPlacer;

	constructor({
		source,
		destination,
		artifactTypes,
		sourceTags = new TagInventory(source),
		blobConcurrency = 8,
		observer = { expected: () => {}, transferred: () => {} },
	}: CopierOptions) {
		const blobs = new BlobPlacer({
			source,
			destination,
			concurrency: blobConcurrency,
			observer,
		});
		this.blobs = blobs.counts;
		this.#source = source;
		this.#destination = destination;
		this.#manifests = new ManifestPlacer(source, destination, blobs);
		this.#referrers = new ReferrerPlacer({
			source,
			destination,
			manifests: this.#manifests,
			artifactTypes,
			sourceTags,
		});
	}

	/**
	 * Copies an image with its referrers, then writes the tag and reads it back.
	 *
	 * The tag is written whatever it points to now; whether it may move is for the caller to plan and
	 * for the destination to refuse.
	 *
	 * @throws InvalidManifestError when the image is not fit to be copied, RegistryError when a registry
	 * refuses, RetryableError when a later run may succeed, ProtocolError, and what `beforeTag` throws.
	 */
	async copy({
		from,
		to,
		reference,
		tag,
		beforeTag = async () => {},
	}: TagCopy): Promise<CopyResult> {
		const route = { from, to };
		const image = await this.#source.getManifest(from, reference);
		const digests = await this.#manifests.place(image, route);
		const leftOut = await this.#referrers.place(digests, route);
		await beforeTag(image);
		await this.#destination.putManifest(to, tag, image);
		const written = await this.#destination.headManifest(to, tag);
		if (written?.digest !== image.digest) {
			throw new RetryableError(
				`${this.#destination.host}/${to}:${tag} was written as ${image.digest} and reads as ${written?.digest ?? "absent"}: somebody else writes it too`,
			);
		}
		return { digest: image.digest, leftOut };
	}

	/**
	 * Takes along what came to refer to an image of the destination, or to a manifest below it, after
	 * it was copied.
	 *
	 * @returns what was left behind and why, a line each.
	 * @throws what `copy` throws.
	 */
	async copyAllReferrers(
		digest: Digest,
		route: Route,
	): Promise<readonly string[]> {
		const image = await this.#source.getManifest(route.from, digest);
		const digests = await this.#manifests.place(image, route);
		return this.#referrers.place(digests, route);
	}

	/**
	 * Takes along what came to refer to some manifests of the destination after they were copied.
	 *
	 * @returns what was left behind and why, a line each.
	 * @throws what `copy` throws.
	 */
	copyReferrers(
		subjects: readonly Digest[],
		route: Route,
	): Promise<readonly string[]> {
		return this.#referrers.place(subjects, route);
	}
}
