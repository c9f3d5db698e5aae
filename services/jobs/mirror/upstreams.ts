import type { BlobCounts } from "../../oci/blob-placer.ts";
import { Copier } from "../../oci/copy.ts";
import { RetryableError } from "../../oci/errors.ts";
import { Registry } from "../../oci/registry.ts";
import { Semaphore } from "../../oci/semaphore.ts";
import type { Transport } from "../../oci/transport.ts";
import { messageOf } from "../error-message.ts";
import type { Current } from "./plan.ts";

export interface UpstreamsOptions {
	/** Where a registry is asked instead of at its own name, by host. */
	readonly urls: Readonly<Record<string, string>>;
	/** Where images are copied to. */
	readonly destination: Registry;
	/** Artifact types of what goes along with an image. */
	readonly artifactTypes: readonly string[];
	readonly transport: Transport;
}

/** The registries that images come from, asked anonymously. */
export class Upstreams {
	readonly #options: UpstreamsOptions;
	readonly #byHost = new Map<string, UpstreamRegistry>();

	constructor(options: UpstreamsOptions) {
		this.#options = options;
	}

	/** The registry of this host, e.g. `docker.io`; the same one each time. */
	at(host: string): UpstreamRegistry {
		const known = this.#byHost.get(host);
		if (known) return known;
		const { urls, ...options } = this.#options;
		const url = urls[host] ?? defaultUrl(host);
		const upstream = new UpstreamRegistry(url, options);
		this.#byHost.set(host, upstream);
		return upstream;
	}

	/** What happened to the blobs so far, of all registries together. */
	get blobs(): BlobCounts {
		const sum = { present: 0, mounted: 0, uploaded: 0, uploadedBytes: 0 };
		for (const { copier } of this.#byHost.values()) {
			sum.present += copier.blobs.present;
			sum.mounted += copier.blobs.mounted;
			sum.uploaded += copier.blobs.uploaded;
			sum.uploadedBytes += copier.blobs.uploadedBytes;
		}
		return sum;
	}
}

// The API of Docker Hub is not at the host that its images are named by:
// https://github.com/distribution/reference/blob/v0.6.0/normalize.go
function defaultUrl(host: string): string {
	return `https://${host === "docker.io" ? "registry-1.docker.io" : host}`;
}

/** Tags that are looked for at a time; more would go on for long at a registry that is away. */
const CONCURRENT_LOOKS = 8;
/** So many tags in a row without an answer, each tried for about a minute, and no further one is looked for. */
const MAX_SILENCES = 3;

/** One registry that images come from. */
export class UpstreamRegistry {
	readonly copier: Copier;
	readonly #registry: Registry;
	readonly #looks = new Semaphore(CONCURRENT_LOOKS);
	/** How many tags in a row could not be looked for, and why not the last one. */
	#silences = 0;
	#reason = "";

	constructor(
		url: string,
		{ destination, artifactTypes, transport }: Omit<UpstreamsOptions, "urls">,
	) {
		this.#registry = new Registry({ url, transport });
		this.copier = new Copier({
			source: this.#registry,
			destination,
			artifactTypes,
		});
	}

	/** What the registry has under a tag. Costs one request, and none once the registry seems away. */
	look(repository: string, tag: string): Promise<Current> {
		return this.#looks.run(async () => {
			if (this.#silences >= MAX_SILENCES) return { unreadable: this.#reason };
			try {
				const head = await this.#registry.headManifest(repository, tag);
				this.#silences = 0;
				return { digest: head?.digest };
			} catch (error) {
				if (!(error instanceof RetryableError)) {
					this.#silences = 0;
					return { unreadable: messageOf(error) };
				}
				this.#silences++;
				this.#reason = `upstream away: ${error.message}`;
				return { unreadable: this.#reason };
			}
		});
	}
}
