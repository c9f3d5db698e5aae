import { z } from "zod";
import { all } from "../../oci/all.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import {
	type Annotations,
	type ImageManifest,
	type IndexEntry,
	InvalidManifestError,
	type Manifest,
	parseManifest,
} from "../../oci/manifest.ts";
import {
	MAX_CONFIG_BYTES,
	MAX_INDEX_DEPTH,
} from "../../oci/manifest-schema.ts";
import { printable } from "../../oci/printable.ts";
import type { Registry } from "../../oci/registry.ts";
import type { PlatformImage } from "./image-facts.ts";

/** An image as its manifests and configs describe it. */
export interface InspectedImage {
	readonly platforms: readonly PlatformImage[];
	readonly layers: ReadonlyMap<Digest, number>;
	/** Attestations that BuildKit puts into an index beside the images they are about. */
	readonly attestations: readonly Attestation[];
}

/**
 * Manifests looked at in one image. Indexes of indexes may name far more with little effort, since the
 * same one may be named again and again.
 */
const MAX_MANIFESTS = 1024;

/** Layers that hold in-toto statements: plain, in an envelope, or in a Sigstore bundle. */
export const STATEMENT_TYPES =
	/^application\/(?:vnd\.in-toto\+json|vnd\.dsse\.envelope\.v1\+json|vnd\.dev\.sigstore\.bundle\.v0\.3\+json)$/;

/** Statements about one of the images of an index. */
export interface Attestation {
	readonly subject: string;
	/** In-toto statements. */
	readonly layers: readonly Descriptor[];
}

/**
 * Reads an image of a repository with all its platforms.
 *
 * @throws InvalidManifestError when it is not fit to be promoted, and what the requests throw.
 */
export async function inspectImage(
	registry: Registry,
	repository: string,
	digest: Digest,
): Promise<InspectedImage> {
	const parts = await new Inspection(registry, repository).manifest(
		digest,
		{},
		1,
	);
	return {
		platforms: parts.flatMap(({ platform }) => platform ?? []),
		layers: new Map(
			parts.flatMap(({ layers }) => layers.map((l) => [l.digest, l.size])),
		),
		attestations: parts.flatMap(({ attestation }) => attestation ?? []),
	};
}

/** What one manifest without children adds to the whole. */
interface Part {
	readonly platform?: PlatformImage;
	readonly attestation?: Attestation;
	readonly layers: readonly Descriptor[];
}

class Inspection {
	readonly #registry: Registry;
	readonly #repository: string;
	#manifests = 0;

	constructor(registry: Registry, repository: string) {
		this.#registry = registry;
		this.#repository = repository;
	}

	/** `inherited` are the annotations of the indexes above. */
	async manifest(
		digest: Digest,
		inherited: Annotations,
		depth: number,
	): Promise<readonly Part[]> {
		return this.#parts(digest, await this.#manifest(digest), inherited, depth);
	}

	async #parts(
		digest: Digest,
		manifest: Manifest,
		inherited: Annotations,
		depth: number,
	): Promise<readonly Part[]> {
		const noted = { ...inherited, ...manifest.annotations };
		if (manifest.kind === "image") {
			return [await this.#platform(digest, manifest, noted)];
		}
		if (depth > MAX_INDEX_DEPTH) {
			throw this.#invalid(
				digest,
				`it lies below ${MAX_INDEX_DEPTH} indexes, expected at most ${MAX_INDEX_DEPTH} in all`,
			);
		}
		const parts = await all(manifest.manifests, (entry) =>
			this.#child(entry, noted, depth),
		);
		return parts.flat();
	}

	async #child(
		entry: IndexEntry,
		noted: Annotations,
		depth: number,
	): Promise<readonly Part[]> {
		const manifest = await this.#manifest(entry.digest);
		const subject = attested(entry);
		if (subject !== undefined && holdsStatements(manifest)) {
			const { layers } = manifest;
			return [{ attestation: { subject, layers }, layers }];
		}
		return this.#parts(entry.digest, manifest, noted, depth + 1);
	}

	async #platform(
		digest: Digest,
		{ config, layers }: ImageManifest,
		noted: Annotations,
	): Promise<Part> {
		const bytes = await this.#registry.readBlob(
			this.#repository,
			config,
			MAX_CONFIG_BYTES,
		);
		const { platform, labels } = this.#config(digest, bytes);
		return {
			platform: { digest, platform, labels: { ...noted, ...labels } },
			layers,
		};
	}

	#config(digest: Digest, bytes: Buffer) {
		const result = imageConfig.safeParse(jsonOf(bytes));
		if (!result.success) {
			throw this.#invalid(
				digest,
				"its config is not that of an image, with architecture and os",
			);
		}
		const { os, architecture, variant, config } = result.data;
		return {
			platform: printable(
				[os, architecture, ...(variant ? [variant] : [])].join("/"),
			),
			labels: config?.Labels ?? {},
		};
	}

	async #manifest(digest: Digest): Promise<Manifest> {
		this.#manifests++;
		if (this.#manifests > MAX_MANIFESTS) {
			throw this.#invalid(
				digest,
				`the image has more than ${MAX_MANIFESTS} manifests`,
			);
		}
		const { bytes, mediaType } = await this.#registry.getManifest(
			this.#repository,
			digest,
		);
		try {
			return parseManifest(bytes, mediaType);
		} catch (error) {
			if (!(error instanceof InvalidManifestError)) throw error;
			throw this.#invalid(digest, error.message);
		}
	}

	#invalid(digest: Digest, why: string): InvalidManifestError {
		return new InvalidManifestError(
			`manifest ${digest} of ${this.#registry.host}/${this.#repository} is not fit to be promoted: ${why}`,
		);
	}
}

// https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md
const imageConfig = z.looseObject({
	os: z.string().min(1),
	architecture: z.string().min(1),
	variant: z.string().nullish(),
	config: z
		.looseObject({ Labels: z.record(z.string(), z.string()).nullish() })
		.nullish(),
});

// https://docs.docker.com/build/metadata/attestations/attestation-storage/
function attested({ annotations = {} }: IndexEntry): string | undefined {
	return annotations["vnd.docker.reference.type"] === "attestation-manifest"
		? annotations["vnd.docker.reference.digest"]
		: undefined;
}

// Whoever makes an index writes what is said in it. An image that was called an attestation there would
// be run all the same, and no check would have seen it.
function holdsStatements(manifest: Manifest): manifest is ImageManifest {
	return (
		manifest.kind === "image" &&
		manifest.layers.every(({ mediaType }) => STATEMENT_TYPES.test(mediaType))
	);
}

function jsonOf(bytes: Buffer): unknown {
	try {
		return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
	} catch {
		return undefined;
	}
}
