import { ProtocolError } from "./errors.ts";

/**
 * Reads a body into memory. `request` is its name in messages.
 *
 * @throws ProtocolError as soon as it is longer than `limit` bytes, whatever its headers said.
 */
export async function readAll(
	body: AsyncIterable<Uint8Array>,
	limit: number,
	request: string,
): Promise<Buffer> {
	const chunks: Uint8Array[] = [];
	let length = 0;
	for await (const chunk of body) {
		length += chunk.byteLength;
		if (length > limit) {
			throw new ProtocolError(
				`${request} was answered with more than ${limit} bytes`,
			);
		}
		chunks.push(chunk);
	}
	return Buffer.concat(chunks, length);
}

/** Reads at most `limit` bytes and drops the rest: enough of an error page to say what went wrong. */
export async function readStart(
	body: AsyncIterable<Uint8Array>,
	limit: number,
): Promise<Buffer> {
	const chunks: Uint8Array[] = [];
	let length = 0;
	for await (const chunk of body) {
		chunks.push(chunk);
		length += chunk.byteLength;
		if (length >= limit) break;
	}
	return Buffer.concat(chunks).subarray(0, limit);
}
