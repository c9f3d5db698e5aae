import type { IncomingMessage } from "node:http";

/** The client sent more than is taken. */
export class BodyTooLargeError extends Error {
	constructor(bytes: number) {
		super(`the body is too large: expected at most ${bytes} bytes`);
		this.name = "BodyTooLargeError";
	}
}

/** The client stopped sending in the middle of a body. */
export class BodyStalledError extends Error {
	constructor(idleMs: number) {
		super(`no byte of the body came for ${idleMs} ms`);
		this.name = "BodyStalledError";
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
 * @throws {BodyStalledError} when no byte comes for `idleMs` milliseconds
 */
export function readBody(
	request: IncomingMessage,
	{ bytes, idleMs }: { readonly bytes: number; readonly idleMs: number },
): Promise<Buffer> {
	if (Number(header(request, "content-length")) > bytes) {
		return Promise.reject(new BodyTooLargeError(bytes));
	}
	const body = new Promise<Buffer>((resolve, reject) => {
		const chunks: Buffer[] = [];
		let length = 0;
		request.on("data", (chunk: Buffer) => {
			length += chunk.length;
			chunks.push(chunk);
			if (length <= bytes) return;
			// Paused, not destroyed: the refusal still has to go out on this connection.
			request.pause();
			reject(new BodyTooLargeError(bytes));
		});
		request.on("end", () => resolve(Buffer.concat(chunks)));
		request.on("error", reject);
		request.setTimeout(idleMs, () =>
			request.destroy(new BodyStalledError(idleMs)),
		);
	});
	return body.finally(() => request.setTimeout(0));
}
