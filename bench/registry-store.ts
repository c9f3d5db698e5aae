import {
	mkdirSync,
	readFileSync,
	rmSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { BenchImage, Content } from "./image-set.ts";

/**
 * The folder of a distribution registry, written and read without it: thousands of images are there
 * in seconds, and what a run has left behind is seen by nobody's HTTP client.
 * https://distribution.github.io/distribution/about/architecture/ has the layout.
 */
export class RegistryStore {
	readonly folder: string;
	readonly #written = new Set<string>();

	/** Begins with an empty one. */
	constructor(folder: string) {
		this.folder = folder;
		this.empty();
	}

	/** Removes all content. The registry on it must be one that has not looked yet, or be stopped. */
	empty(): void {
		rmSync(this.folder, { recursive: true, force: true });
		mkdirSync(this.folder, { recursive: true });
		this.#written.clear();
	}

	remove(): void {
		rmSync(this.folder, { recursive: true, force: true });
	}

	add({ repository, tag, manifest, blobs }: BenchImage): void {
		for (const blob of blobs) {
			this.#blob(blob);
			this.#link(this.#layer(repository, blob.digest), blob.digest);
		}
		this.#blob(manifest);
		const { digest } = manifest;
		const manifests = this.#repository(repository, "_manifests");
		const [algorithm = "", hex = ""] = digest.split(":");
		this.#link(join(manifests, "revisions", algorithm, hex, "link"), digest);
		const at = join(manifests, "tags", tag);
		this.#link(join(at, "current", "link"), digest);
		this.#link(join(at, "index", algorithm, hex, "link"), digest);
	}

	/** Adds a blob whose bytes are zero and take no room on the disk. */
	addZeros(repository: string, digest: string, size: number): void {
		const file = this.#content(digest);
		mkdirSync(dirname(file), { recursive: true });
		writeFileSync(file, "");
		truncateSync(file, size);
		this.#link(this.#layer(repository, digest), digest);
	}

	/** What a tag points to; undefined when it is not there. */
	tag(repository: string, tag: string): string | undefined {
		const at = this.#repository(repository, "_manifests", "tags", tag);
		try {
			return readFileSync(join(at, "current", "link"), "utf8");
		} catch {
			return undefined;
		}
	}

	#blob({ digest, bytes }: Content): void {
		if (this.#written.has(digest)) return;
		this.#written.add(digest);
		const file = this.#content(digest);
		mkdirSync(dirname(file), { recursive: true });
		writeFileSync(file, bytes);
	}

	#link(file: string, digest: string): void {
		if (this.#written.has(file)) return;
		this.#written.add(file);
		mkdirSync(dirname(file), { recursive: true });
		writeFileSync(file, digest);
	}

	#content(digest: string): string {
		const [algorithm = "", hex = ""] = digest.split(":");
		return this.#at("blobs", algorithm, hex.slice(0, 2), hex, "data");
	}

	#layer(repository: string, digest: string): string {
		return this.#repository(
			repository,
			"_layers",
			...digest.split(":"),
			"link",
		);
	}

	#repository(repository: string, ...path: readonly string[]): string {
		return this.#at("repositories", repository, ...path);
	}

	#at(...path: readonly string[]): string {
		return join(this.folder, "docker", "registry", "v2", ...path);
	}
}
