import { all } from "./all.ts";
import type { BlobPlacer } from "./blob-placer.ts";
import type { Descriptor } from "./descriptor.ts";
import type { Digest } from "./digest.ts";
import {
	type IndexManifest,
	InvalidManifestError,
	type Manifest,
	parseManifest,
} from "./manifest.ts";
import { MAX_INDEX_DEPTH } from "./manifest-schema.ts";
import { IMAGE_TYPES } from "./media-types.ts";
import type { ManifestContent, Registry } from "./registry.ts";

/** The repositories of one copy: `from` at the source, `to` at the destination. */
export interface Route {
	readonly from: string;
	readonly to: string;
}

/**
 * Brings manifests into repositories of the destination, by digest and with everything they name:
 * blobs and children first, so that a manifest that is there is complete.
 */
export class ManifestPlacer {
	readonly #source: Registry;
	readonly #destination: Registry;
	readonly #blobs: BlobPlacer;
	/** By repositories and digest. */
	readonly #placed = new Map<string, Promise<readonly Digest[]>>();

	constructor(source: Registry, destination: Registry, blobs: BlobPlacer) {
		this.#source = source;
		this.#destination = destination;
		this.#blobs = blobs;
	}

	/**
	 * Places a manifest of the source. A manifest the destination has already is not looked into: a
	 * registry takes one only when it has all it names.
	 *
	 * @returns its digest and those of all manifests below it.
	 * @throws InvalidManifestError when it is not fit to be moved, and what the requests throw.
	 */
	place(manifest: ManifestContent, route: Route): Promise<readonly Digest[]> {
		return this.#once(manifest, route, 1);
	}

	#once(
		content: ManifestContent,
		route: Route,
		depth: number,
	): Promise<readonly Digest[]> {
		const key = `${route.from}>${route.to}@${content.digest}`;
		const known = this.#placed.get(key);
		if (known) return known;
		const placed = this.#place(content, route, depth);
		this.#placed.set(key, placed);
		return placed;
	}

	async #place(
		content: ManifestContent,
		route: Route,
		depth: number,
	): Promise<readonly Digest[]> {
		const { digest } = content;
		const manifest = this.parse(content, route.from);
		const isPresent =
			(await this.#destination.headManifest(route.to, digest)) !== undefined;
		const below =
			manifest.kind === "index"
				? await this.#placeChildren(manifest, content, route, depth, isPresent)
				: [];
		if (isPresent) return [digest, ...below];
		if (manifest.kind === "image") {
			await all([manifest.config, ...manifest.layers], (blob) =>
				this.#blobs.place(blob, route.from, route.to),
			);
		}
		await this.#destination.putManifest(route.to, digest, content);
		return [digest, ...below];
	}

	async #placeChildren(
		{ manifests }: IndexManifest,
		{ digest }: ManifestContent,
		route: Route,
		depth: number,
		isPresent: boolean,
	): Promise<readonly Digest[]> {
		if (depth > MAX_INDEX_DEPTH) {
			throw new InvalidManifestError(
				`${this.#where(digest, route.from)} lies below ${MAX_INDEX_DEPTH} indexes, expected at most ${MAX_INDEX_DEPTH} in all`,
			);
		}
		const below = await all(manifests, async (child) => {
			// Even so an index is read, for the names of what lies below it.
			const isKnown = isPresent && IMAGE_TYPES.includes(child.mediaType);
			return isKnown
				? [child.digest]
				: this.#placeChild(child, route, depth + 1);
		});
		return below.flat();
	}

	async #placeChild(
		child: Descriptor,
		route: Route,
		depth: number,
	): Promise<readonly Digest[]> {
		const content = await this.#source.getManifest(route.from, child.digest);
		if (
			content.bytes.byteLength !== child.size ||
			content.mediaType !== child.mediaType
		) {
			throw new InvalidManifestError(
				`${this.#where(child.digest, route.from)} is ${content.mediaType} of ${content.bytes.byteLength} bytes, its index says ${child.mediaType} of ${child.size} bytes`,
			);
		}
		return this.#once(content, route, depth);
	}

	/**
	 * Parses a manifest of the source's repository `from`.
	 *
	 * @throws InvalidManifestError that says which manifest it is about.
	 */
	parse({ digest, mediaType, bytes }: ManifestContent, from: string): Manifest {
		try {
			return parseManifest(bytes, mediaType);
		} catch (error) {
			if (!(error instanceof InvalidManifestError)) throw error;
			throw new InvalidManifestError(
				`${this.#where(digest, from)} is not fit to be copied: ${error.message}`,
			);
		}
	}

	#where(digest: Digest, from: string): string {
		return `manifest ${digest} of ${this.#source.host}/${from}`;
	}
}
