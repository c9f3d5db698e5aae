import { all } from "../../../oci/all.ts";
import type { Descriptor } from "../../../oci/descriptor.ts";
import { type Digest, verified } from "../../../oci/digest.ts";
import {
	type Manifest,
	parseManifest,
	parseReferrers,
} from "../../../oci/manifest.ts";
import { MAX_INDEX_DEPTH } from "../../../oci/manifest-schema.ts";
import { INDEX_TYPES } from "../../../oci/media-types.ts";
import type { ManifestContent, Registry } from "../../../oci/registry.ts";
import { Semaphore } from "../../../oci/semaphore.ts";
import { messageOf } from "../../error-message.ts";
import type { Progress } from "../../progress.ts";

/** Something an image names that cannot be downloaded, or is not what it should be. */
export interface Damage {
	readonly kind: "manifest" | "blob";
	readonly digest: Digest;
	/** Bytes, as the descriptor says. */
	readonly size: number;
	readonly reason: string;
}

/** Blobs under way at a time; each takes a few hundred KiB of memory, whatever its size. */
const CONCURRENT_BLOBS = 8;
/** A list of referrers of an index of indexes. */
const MAX_DEPTH = MAX_INDEX_DEPTH + 1;

/** Proves images by downloading and hashing all they are made of. */
export class ImageWalker {
	/** Bytes that were downloaded and hashed. */
	bytes = 0;
	readonly #registry: Registry;
	readonly #progress: Progress;
	readonly #transfers = new Semaphore(CONCURRENT_BLOBS);
	/** By repository and digest. */
	readonly #manifests = new Map<string, Promise<readonly Damage[]>>();
	readonly #blobs = new Map<string, Promise<readonly Damage[]>>();
	/** Digests whose content was hashed: in another repository it is enough that they are linked. */
	readonly #hashed = new Map<Digest, Promise<readonly Damage[]>>();

	constructor(registry: Registry, progress: Progress) {
		this.#registry = registry;
		this.#progress = progress;
	}

	/** What is wrong with everything below a manifest of a repository; nothing when it is whole. */
	async manifest(
		repository: string,
		content: ManifestContent,
		depth = 1,
	): Promise<readonly Damage[]> {
		const key = `${repository}@${content.digest}`;
		const known = this.#manifests.get(key);
		if (known) return known;
		const walked = this.#walk(repository, content, depth);
		this.#manifests.set(key, walked);
		return walked;
	}

	async #walk(
		repository: string,
		content: ManifestContent,
		depth: number,
	): Promise<readonly Damage[]> {
		const { digest, bytes } = content;
		const damaged = (reason: string): readonly Damage[] => [
			{ kind: "manifest", digest, size: bytes.byteLength, reason },
		];
		if (depth > MAX_DEPTH) {
			return damaged(`lies below more than ${MAX_DEPTH} indexes`);
		}
		let manifest: Manifest;
		try {
			manifest = parsed(content);
		} catch (error) {
			return damaged(messageOf(error));
		}
		const below =
			manifest.kind === "index"
				? await all(manifest.manifests, (child) =>
						this.#child(repository, child, depth + 1),
					)
				: await all([manifest.config, ...manifest.layers], (blob) =>
						this.#blob(repository, blob),
					);
		return below.flat();
	}

	async #child(
		repository: string,
		{ digest, size }: Descriptor,
		depth: number,
	): Promise<readonly Damage[]> {
		let content: ManifestContent;
		try {
			content = await this.#registry.getManifest(repository, digest);
		} catch (error) {
			return [{ kind: "manifest", digest, size, reason: messageOf(error) }];
		}
		return this.manifest(repository, content, depth);
	}

	#blob(repository: string, blob: Descriptor): Promise<readonly Damage[]> {
		const key = `${repository}@${blob.digest}`;
		const known = this.#blobs.get(key);
		if (known) return known;
		const walked = this.#damageOf(repository, blob);
		this.#blobs.set(key, walked);
		return walked;
	}

	async #damageOf(
		repository: string,
		blob: Descriptor,
	): Promise<readonly Damage[]> {
		const known = this.#hashed.get(blob.digest);
		if (!known) {
			const hashed = this.#transfers.run(() => this.#hash(repository, blob));
			this.#hashed.set(blob.digest, hashed);
			return hashed;
		}
		if ((await known).length > 0) return known;
		return this.#transfers.run(() => this.#linked(repository, blob));
	}

	async #hash(
		repository: string,
		blob: Descriptor,
	): Promise<readonly Damage[]> {
		this.#progress.expected(blob.size);
		try {
			const { unverified, discard } = await this.#registry.getBlob(
				repository,
				blob.digest,
			);
			try {
				for await (const chunk of verified(unverified, blob)) {
					this.bytes += chunk.byteLength;
					this.#progress.transferred(chunk.byteLength);
				}
			} finally {
				discard();
			}
			return [];
		} catch (error) {
			return [blobDamage(blob, messageOf(error))];
		}
	}

	async #linked(
		repository: string,
		blob: Descriptor,
	): Promise<readonly Damage[]> {
		try {
			const size = await this.#registry.headBlob(repository, blob.digest);
			if (size === blob.size) return [];
			return [
				blobDamage(
					blob,
					size === undefined
						? `blob ${blob.digest} is not there`
						: `blob ${blob.digest} has ${size} bytes, expected ${blob.size}`,
				),
			];
		} catch (error) {
			return [blobDamage(blob, messageOf(error))];
		}
	}
}

const blobDamage = ({ digest, size }: Descriptor, reason: string): Damage => ({
	kind: "blob",
	digest,
	size,
	reason,
});

// A list of referrers may be empty, an image's index may not.
function parsed({ bytes, mediaType }: ManifestContent): Manifest {
	if (!INDEX_TYPES.includes(mediaType)) return parseManifest(bytes, mediaType);
	const manifests = parseReferrers(bytes, mediaType);
	return { kind: "index", manifests, annotations: {} };
}
