import type { IncomingMessage } from "node:http";
import { finished } from "node:stream/promises";

/** The client sent more than is taken. */
export class BodyTooLargeError extends Error {
	constructor(bytes: number) {
		super(`the body is too large: expected at most ${bytes} bytes`);
		this.name = "BodyTooLargeError";
	}
}

/** The client stopped sending or went away in the middle of a body. */
export class BodyIncompleteError extends Error {
	constructor(message: string) {
		super(message);
		this.name = "BodyIncompleteError";
	}
}

/** The value of a header; lines of the same name are joined as HTTP joins them. */
export function header(
	{ headers }: IncomingMessage,
	name: string,
): string | undefined {
	const value = headers[name];
	return Array.isArray(value) ? value.join(", ") : value;
}

/** The token of an `Authorization: Bearer` header. */
export function bearerToken(request: IncomingMessage): string | undefined {
	const found = /^Bearer +(\S+)$/i.exec(header(request, "authorization") ?? "");
	return found?.[1];
}

/**
 * The whole body of a request.
 *
 * @throws {BodyTooLargeError} when it is larger than `bytes`
 * @throws {BodyIncompleteError} when no byte comes for `idleMs` milliseconds, or the client goes away
 */
export function readBody(
	request: IncomingMessage,
	{ bytes, idleMs }: { readonly bytes: number; readonly idleMs: number },
): Promise<Buffer> {
	if (Number(header(request, "content-length")) > bytes) {
		return Promise.reject(new BodyTooLargeError(bytes));
	}
	const stalled = `no byte of the body came for ${idleMs} ms`;
	const body = new Promise<Buffer>((resolve, reject) => {
		const chunks: Buffer[] = [];
		let length = 0;
		request.on("data", collect);
		request.on("end", () => resolve(Buffer.concat(chunks)));
		request.on("error", ({ message }) =>
			reject(new BodyIncompleteError(message)),
		);
		request.setTimeout(idleMs, () => request.destroy(new Error(stalled)));

		function collect(chunk: Buffer) {
			length += chunk.length;
			chunks.push(chunk);
			if (length <= bytes) return;
			reject(new BodyTooLargeError(bytes));
			// The rest is thrown away as it comes: the refusal has to reach a client that is still sending.
			request.off("data", collect).resume();
		}
	});
	return body.finally(() => request.setTimeout(0));
}

/**
 * Throws away what a client still sends of a body that nobody reads.
 *
 * An answer has to wait for it: nginx passes the body on as it comes, and when the answer is there
 * first, it closes the client's connection after it has promised to keep it, which fails the
 * client's next request (ngx_http_finalize_connection). Gives up after `ms` milliseconds.
 */
export async function discardBody(
	request: IncomingMessage,
	ms: number,
): Promise<void> {
	if (request.readableEnded) return;
	const signal = AbortSignal.timeout(ms);
	// Whatever ends it, the answer is due: a client that went away gets none.
	await finished(request.resume(), { signal, cleanup: true }).catch(() => {});
}
