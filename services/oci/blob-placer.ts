import type { Descriptor } from "./descriptor.ts";
import { InvalidManifestError } from "./manifest.ts";
import { once, type Registry } from "./registry.ts";
import { resumedBlob } from "./resumed-blob.ts";
import { Semaphore } from "./semaphore.ts";
import { SMALL_BODY_BYTES } from "./transport.ts";

/** How the blobs of a run came to the destination. Bytes count what arrived, not what was damaged on the way. */
export interface BlobCounts {
	/** Were there already. */
	present: number;
	/** Were linked from another repository of the destination. */
	mounted: number;
	uploaded: number;
	uploadedBytes: number;
}

/** Hears about bytes that are to be moved and bytes that were; for a progress bar. */
export interface TransferObserver {
	expected(bytes: number): void;
	/** Negative when a transfer failed and starts again. */
	transferred(bytes: number): void;
}

export interface BlobPlacerOptions {
	readonly source: Registry;
	readonly destination: Registry;
	/** Blobs under way at a time; each takes a few hundred KiB of memory, whatever its size. */
	readonly concurrency: number;
	readonly observer: TransferObserver;
}

/**
 * Brings blobs into repositories of the destination, each only once however many images of the run
 * share it: HEAD first, then a mount from a repository that has it, an upload only when it is nowhere.
 */
export class BlobPlacer {
	readonly counts: BlobCounts = {
		present: 0,
		mounted: 0,
		uploaded: 0,
		uploadedBytes: 0,
	};
	readonly #options: BlobPlacerOptions;
	readonly #transfers: Semaphore;
	/** By repository and digest. */
	readonly #placed = new Map<string, Promise<void>>();
	/** The first repository of the run that each digest was brought to. */
	readonly #homes = new Map<string, string>();

	constructor(options: BlobPlacerOptions) {
		this.#options = options;
		this.#transfers = new Semaphore(options.concurrency);
	}

	/**
	 * Makes sure that repository `to` of the destination has a blob of repository `from` of the source.
	 *
	 * @throws InvalidManifestError when the blob has another size than its descriptor, and what the
	 * requests throw.
	 */
	place(blob: Descriptor, from: string, to: string): Promise<void> {
		const key = `${to}@${blob.digest}`;
		const known = this.#placed.get(key);
		if (known) return known;
		const home = this.#homes.get(blob.digest);
		if (home === undefined) this.#homes.set(blob.digest, to);
		const placed = this.#place(blob, from, to, home);
		this.#placed.set(key, placed);
		return placed;
	}

	async #place(
		blob: Descriptor,
		from: string,
		to: string,
		home: string | undefined,
	): Promise<void> {
		const { source, destination } = this.#options;
		const size = await destination.headBlob(to, blob.digest);
		if (size !== undefined) {
			checkSize(blob, size);
			this.counts.present++;
			return;
		}
		const neighbour =
			home ?? (source === destination && from !== to ? from : undefined);
		if (neighbour !== undefined && (await this.#mounted(blob, to, neighbour))) {
			this.counts.mounted++;
			return;
		}
		await this.#transfers.run(() => this.#upload(blob, from, to));
		this.counts.uploaded++;
		this.counts.uploadedBytes += blob.size;
	}

	async #mounted(
		blob: Descriptor,
		to: string,
		neighbour: string,
	): Promise<boolean> {
		try {
			await this.#placed.get(`${neighbour}@${blob.digest}`);
		} catch {
			// The image that was to bring it there reports why; this one can bring its own.
			return false;
		}
		return this.#options.destination.mount(to, blob.digest, neighbour);
	}

	async #upload(blob: Descriptor, from: string, to: string): Promise<void> {
		const { source, destination, observer } = this.#options;
		let moved = 0;
		const move = (bytes: number) => {
			moved += bytes;
			observer.transferred(bytes);
		};
		observer.expected(blob.size);
		try {
			await destination.uploadBlob(to, blob, async (lending) => {
				// What an earlier try moved, this one moves again.
				move(-moved);
				if (blob.size <= SMALL_BODY_BYTES) {
					const bytes = await source.readBlob(from, blob, SMALL_BODY_BYTES);
					return { unverified: counted(once(bytes), move), discard: () => {} };
				}
				const { unverified, discard } = await resumedBlob(
					source,
					from,
					blob,
					lending,
				);
				return { unverified: counted(unverified, move), discard };
			});
		} catch (error) {
			move(-moved);
			throw error;
		}
	}
}

async function* counted(
	content: AsyncIterable<Uint8Array>,
	count: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
	for await (const chunk of content) {
		count(chunk.byteLength);
		yield chunk;
	}
}

function checkSize({ digest, size }: Descriptor, actual: number): void {
	if (actual === size) return;
	throw new InvalidManifestError(
		`blob ${digest} has ${actual} bytes, expected ${size} as its descriptor says`,
	);
}
