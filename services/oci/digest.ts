import { createHash, hash } from "node:crypto";
import { DIGEST } from "../../topology/naming.ts";
import { RetryableError } from "./errors.ts";

/** SHA-256 of some content, e.g. `sha256:9f86…`, lower-case hex. */
export type Digest = `sha256:${string}`;

/** Whether the text is a digest of the one algorithm the registries of this project store. */
export function isDigest(text: string): text is Digest {
	return DIGEST.test(text);
}

/** The digest of bytes that are in memory. */
export function digestOf(bytes: Uint8Array): Digest {
	return `sha256:${hash("sha256", bytes)}`;
}

/** What some content must turn out to be. */
export interface Expected {
	readonly digest: Digest;
	/** Bytes. */
	readonly size: number;
}

/**
 * Passes bytes on while it hashes and counts them.
 *
 * The chunk that completes the size is passed on only when the digest is right, so a receiver that
 * was promised `size` bytes never gets all of damaged content.
 *
 * @throws RetryableError when the content is longer, shorter or different: most often the transfer
 * was damaged, and the next one is not.
 */
export async function* verified(
	content: AsyncIterable<Uint8Array>,
	{ digest, size }: Expected,
): AsyncGenerator<Uint8Array, void, undefined> {
	const sha256 = createHash("sha256");
	let count = 0;
	const check = () => {
		const actual = `sha256:${sha256.digest("hex")}`;
		if (actual === digest) return;
		throw new RetryableError(
			`content of ${digest} is damaged: its ${size} bytes hash to ${actual}`,
		);
	};
	for await (const chunk of content) {
		if (chunk.byteLength === 0) continue;
		count += chunk.byteLength;
		if (count > size) {
			throw new RetryableError(
				`content of ${digest} is longer than the ${size} bytes its descriptor gives`,
			);
		}
		sha256.update(chunk);
		if (count === size) check();
		yield chunk;
	}
	if (count < size) {
		throw new RetryableError(
			`content of ${digest} ended after ${count} of ${size} bytes`,
		);
	}
	if (size === 0) check();
}
