import { z } from "zod";
import { DIGEST } from "../../topology/naming.ts";
import { hasRepeatedMembers, misspeltMember } from "./json.ts";
import { RefusedError } from "./refusal.ts";

/** The media types of manifests, all of which a client must accept to see what is there. */
export const MANIFEST_MEDIA_TYPES = {
	"application/vnd.oci.image.manifest.v1+json": "image",
	"application/vnd.oci.image.index.v1+json": "index",
	"application/vnd.docker.distribution.manifest.v2+json": "image",
	"application/vnd.docker.distribution.manifest.list.v2+json": "index",
} as const;

/** Largest manifest, in bytes: distribution takes no more. */
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

const spelt =
	(...members: string[]) =>
	(object: Record<string, unknown>, context: z.RefinementCtx) => {
		const found = misspeltMember(object, members);
		if (!found) return;
		const { written, meant } = found;
		const message = `has a member '${written}': expected '${meant}'`;
		context.addIssue({ code: "custom", message });
	};

const descriptor = z
	.looseObject({
		digest: z
			.string()
			.regex(DIGEST, "expected sha256 and 64 hexadecimal digits"),
		size: z.int().min(0),
		mediaType: z.string().optional(),
		urls: z
			.array(z.string())
			.max(0, "expected none: this registry stores its layers itself")
			.nullish(),
	})
	.superRefine(
		spelt("mediaType", "digest", "size", "urls", "annotations", "artifactType"),
	);
const annotations = z.record(z.string(), z.string()).nullish();
const members = spelt(
	...["schemaVersion", "mediaType", "artifactType", "config", "layers"],
	...["manifests", "subject", "annotations"],
);
const image = z
	.looseObject({
		schemaVersion: z.literal(2),
		config: descriptor,
		layers: z.array(descriptor).nullish(),
		subject: descriptor.nullish(),
		annotations,
	})
	.superRefine(members);
const index = z
	.looseObject({
		schemaVersion: z.literal(2),
		manifests: z.array(descriptor).nullish(),
		annotations,
	})
	.superRefine(members);

/** A pointer to a blob or manifest. */
export type Descriptor = z.infer<typeof descriptor>;
/** A manifest with layers: an image or an artifact. */
export type ImageManifest = z.infer<typeof image>;
/** A manifest that lists others. */
export type IndexManifest = z.infer<typeof index>;

/** A manifest as far as the gate's rules look into it. */
export type Manifest =
	| { readonly kind: "image"; readonly document: ImageManifest }
	| { readonly kind: "index"; readonly document: IndexManifest };

/** A manifest's media type without parameters, in lower case as Go's parser compares it. */
export function mediaTypeOf(contentType: string | undefined): string {
	return (contentType ?? "").replace(/;.*$/s, "").trim().toLowerCase();
}

/**
 * Reads a manifest and makes sure that every client reads the same in it.
 *
 * @throws {RefusedError} MANIFEST_INVALID
 */
export function parseManifest(mediaType: string, body: Uint8Array): Manifest {
	const kind = kindOf(mediaType);
	const document = parseObject(body);
	const { mediaType: own } = document;
	if (own !== undefined && own !== mediaType) {
		throw invalid(
			`its mediaType is '${own}' and its Content-Type '${mediaType}': expected the same`,
		);
	}
	const holds = (member: string) => (document[member] ?? null) !== null;
	if (holds("manifests") && (holds("layers") || holds("config"))) {
		throw invalid("it has manifests and layers: expected one of them");
	}
	if (kind === "image") {
		return { kind, document: parseAs(image, document) };
	}
	return { kind, document: parseAs(index, document) };
}

function kindOf(mediaType: string): Manifest["kind"] {
	if (mediaType.startsWith("application/vnd.docker.distribution.manifest.v1")) {
		throw invalid(
			"schema 1 is not accepted: push with a client that writes schema 2 or OCI manifests",
		);
	}
	const kinds: Readonly<Record<string, Manifest["kind"]>> =
		MANIFEST_MEDIA_TYPES;
	if (Object.hasOwn(kinds, mediaType))
		return kinds[mediaType] as Manifest["kind"];
	throw invalid(
		`Content-Type '${mediaType}' is not accepted: expected ${Object.keys(kinds).join(", ")}`,
	);
}

function parseObject(body: Uint8Array): Record<string, unknown> {
	try {
		const text = new TextDecoder("utf-8", { fatal: true }).decode(body);
		const value: unknown = JSON.parse(text);
		if (hasRepeatedMembers(text, value)) {
			throw invalid("a member is there twice: expected each once");
		}
		return z.record(z.string(), z.unknown()).parse(value);
	} catch (error) {
		if (error instanceof RefusedError) throw error;
		throw invalid("it is not a JSON object");
	}
}

function parseAs<T extends z.ZodType>(
	schema: T,
	document: Record<string, unknown>,
): z.infer<T> {
	const parsed = schema.safeParse(document);
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues;
	const where = issue?.path.join(".") || "it";
	throw invalid(`${where}: ${issue?.message}`);
}

function invalid(problem: string): RefusedError {
	return new RefusedError(
		400,
		"MANIFEST_INVALID",
		`manifest invalid: ${problem}`,
	);
}
