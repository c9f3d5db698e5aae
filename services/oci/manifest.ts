import type { z } from "zod";
import type { Descriptor } from "./descriptor.ts";
import {
	imageSchema,
	indexSchema,
	MAX_INDEX_ENTRIES,
	MAX_LAYERS,
	MAX_MANIFEST_BYTES,
} from "./manifest-schema.ts";
import {
	DOCKER_LIST,
	DOCKER_MANIFEST,
	IMAGE_TYPES,
	INDEX_TYPES,
} from "./media-types.ts";
import { printable } from "./printable.ts";

/** An image or artifact: a manifest that names blobs. */
export interface ImageManifest {
	readonly kind: "image";
	readonly config: Descriptor;
	readonly layers: readonly Descriptor[];
	/** The manifest this one signs, describes or attests. */
	readonly subject?: Descriptor | undefined;
	/** @default - the media type of the config, as the specification says */
	readonly artifactType: string;
	/** Empty when there are none. */
	readonly annotations: Annotations;
}

/** What somebody noted about a manifest or descriptor. */
export type Annotations = Readonly<Record<string, string>>;

/** A multi-platform image or a list of referrers: a manifest that names manifests. */
export interface IndexManifest {
	readonly kind: "index";
	readonly manifests: readonly IndexEntry[];
	/** Empty when there are none. */
	readonly annotations: Annotations;
}

/** A descriptor with whatever else the index says about it, e.g. its platform. */
export type IndexEntry = Descriptor & Readonly<Record<string, unknown>>;

export type Manifest = ImageManifest | IndexManifest;

/** A manifest this project does not move. The message lists what is wrong with it. */
export class InvalidManifestError extends Error {
	override readonly name = "InvalidManifestError";
}

/**
 * Parses a manifest and judges whether it may be moved, stricter than the registries that store it.
 *
 * `contentType` is the media type the registry gave; where the manifest names its own, both must
 * agree, so that no two readers can understand the same bytes differently.
 *
 * @throws InvalidManifestError
 */
export function parseManifest(
	bytes: Uint8Array,
	contentType: string,
): Manifest {
	if (!INDEX_TYPES.includes(contentType)) {
		return parseImage(bytes, contentType);
	}
	const { manifests, annotations = {} } = parseIndex(bytes, contentType);
	if (manifests.length === 0) {
		throw invalid(["manifests: expected at least one"]);
	}
	return { kind: "index", manifests, annotations };
}

/**
 * Parses the index behind a fallback tag. It may be empty: some clients leave it so when they delete
 * the last referrer.
 *
 * @throws InvalidManifestError
 */
export function parseReferrers(
	bytes: Uint8Array,
	contentType: string,
): readonly IndexEntry[] {
	return parseIndex(bytes, contentType).manifests;
}

function parseIndex(bytes: Uint8Array, contentType: string) {
	return checked(indexSchema, parseJson(bytes, contentType, INDEX_TYPES));
}

function parseImage(bytes: Uint8Array, contentType: string): ImageManifest {
	const {
		config,
		layers,
		subject,
		artifactType,
		annotations = {},
	} = checked(imageSchema, parseJson(bytes, contentType, IMAGE_TYPES));
	return {
		kind: "image",
		config,
		layers,
		subject,
		artifactType: artifactType ?? config.mediaType,
		annotations,
	};
}

function parseJson(
	bytes: Uint8Array,
	contentType: string,
	allowed: readonly string[],
): Readonly<Record<string, unknown>> {
	if (bytes.byteLength > MAX_MANIFEST_BYTES) {
		throw invalid([
			`it has ${bytes.byteLength} bytes, expected at most ${MAX_MANIFEST_BYTES}`,
		]);
	}
	if (!allowed.includes(contentType)) {
		throw invalid([
			`its media type is '${printable(contentType)}', expected one of ${allowed.join(", ")}`,
		]);
	}
	const json = jsonObject(bytes);
	const problems = [
		...mediaTypeProblems(json, contentType),
		...keyProblems(json),
		...lengthProblems(json),
	];
	// Only then the details, or a list of a million entries gets a million problems.
	if (problems.length > 0) throw invalid(problems);
	return json;
}

function jsonObject(bytes: Uint8Array): Readonly<Record<string, unknown>> {
	let json: unknown;
	try {
		json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
	} catch {
		throw invalid(["it is not JSON in UTF-8"]);
	}
	if (typeof json !== "object" || json === null || Array.isArray(json)) {
		throw invalid(["it is not a JSON object"]);
	}
	return { ...json };
}

function mediaTypeProblems(
	{ mediaType }: Readonly<Record<string, unknown>>,
	contentType: string,
): string[] {
	// Only OCI manifests may leave it out.
	const isDocker =
		contentType === DOCKER_LIST || contentType === DOCKER_MANIFEST;
	if (mediaType === contentType || (mediaType === undefined && !isDocker)) {
		return [];
	}
	return [
		`mediaType: got '${printable(String(mediaType))}', expected '${contentType}' as the registry says`,
	];
}

// Go, in which registries and container runtimes are written, takes "Layers" for "layers".
function keyProblems(json: Readonly<Record<string, unknown>>): string[] {
	const known = new Map(
		[...Object.keys(imageSchema.shape), ...Object.keys(indexSchema.shape)].map(
			(key) => [key.toLowerCase(), key],
		),
	);
	return Object.keys(json).flatMap((key) => {
		const meant = known.get(key.toLowerCase());
		return meant === undefined || meant === key
			? []
			: [`${key}: expected it to be written '${meant}'`];
	});
}

function lengthProblems({
	layers,
	manifests,
}: Readonly<Record<string, unknown>>): string[] {
	const problems: string[] = [];
	if (Array.isArray(layers) && layers.length > MAX_LAYERS) {
		problems.push(
			`layers: got ${layers.length}, expected at most ${MAX_LAYERS}`,
		);
	}
	if (Array.isArray(manifests) && manifests.length > MAX_INDEX_ENTRIES) {
		problems.push(
			`manifests: got ${manifests.length}, expected at most ${MAX_INDEX_ENTRIES}`,
		);
	}
	return problems;
}

function checked<T>(schema: z.ZodType<T>, json: unknown): T {
	const result = schema.safeParse(json);
	if (result.success) return result.data;
	throw invalid(
		result.error.issues.map(
			({ path, message }) =>
				`${path.map((key) => printable(String(key))).join(".") || "manifest"}: ${message}`,
		),
	);
}

const MOST_PROBLEMS = 5;

function invalid(problems: readonly string[]): InvalidManifestError {
	const more = problems.length - MOST_PROBLEMS;
	return new InvalidManifestError(
		[
			...problems.slice(0, MOST_PROBLEMS),
			...(more > 0 ? [`and ${more} more`] : []),
		].join("; "),
	);
}
