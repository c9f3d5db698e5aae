import { z } from "zod";
import { DIGEST } from "../../topology/naming.ts";
import { type Digest, digestOf } from "./digest.ts";

/** A pointer to a blob or manifest, https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md */
export interface Descriptor {
	readonly mediaType: string;
	readonly digest: Digest;
	/** Bytes. */
	readonly size: number;
	/** What kind of artifact the manifest is that this points to. */
	readonly artifactType?: string | undefined;
	readonly annotations?: Readonly<Record<string, string>> | undefined;
}

const MAX_ANNOTATION_BYTES = 64 * 1024;
/** https://www.rfc-editor.org/rfc/rfc6838#section-4.2 */
const MEDIA_TYPE =
	/^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}$/;

export const mediaType = z.string().regex(MEDIA_TYPE, "expected a media type");

// Line breaks and tabs stand in descriptions of real images; other control characters serve nobody
// but the one who wants to write on somebody's terminal.
const HARMLESS = /^(?:[^\p{Cc}]|[\t\n\r])*$/u;

// One check for the whole object: a problem for each of a hundred thousand hostile keys would take
// more memory than the keys.
export const annotations = z.custom<Readonly<Record<string, string>>>(
	(value) =>
		typeof value === "object" &&
		value !== null &&
		!Array.isArray(value) &&
		JSON.stringify(value).length <= MAX_ANNOTATION_BYTES &&
		Object.entries(value).every(
			([key, text]) =>
				HARMLESS.test(key) && typeof text === "string" && HARMLESS.test(text),
		),
	`expected strings without control characters, at most ${MAX_ANNOTATION_BYTES} bytes in all`,
);

/**
 * What a descriptor must be for this client to follow it. distribution checks less: it stores
 * negative and wrong sizes.
 */
export const descriptor = z
	.looseObject({
		mediaType,
		digest: z.custom<Digest>(
			(digest) => typeof digest === "string" && DIGEST.test(digest),
			"expected sha256: and 64 lower-case hex digits",
		),
		size: z
			.int("expected a whole number of bytes")
			.nonnegative("expected a size of 0 or more bytes"),
		urls: z
			.array(z.string())
			.max(0, "expected none: content outside the registry is not followed")
			.optional(),
		annotations: annotations.optional(),
		data: z.string().optional(),
		artifactType: mediaType.optional(),
	})
	.refine(({ data, digest, size }) => {
		if (data === undefined) return true;
		const content = Buffer.from(data, "base64");
		return content.byteLength === size && digestOf(content) === digest;
	}, "expected data that has the size and digest of the descriptor");
