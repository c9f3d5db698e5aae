import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import { Agent, type Dispatcher } from "undici";
import { ProtocolError, RegistryError, RetryableError } from "./errors.ts";
import { printable, printableUrl } from "./printable.ts";

export type Method = "GET" | "HEAD" | "POST" | "PUT" | "DELETE";

/** A request that may be sent more than once: its body, if it has one, is in memory. */
export interface Request {
	readonly method: Method;
	readonly url: URL;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: Uint8Array | string;
}

/** Names are lower case; the values of repeated headers are joined by `, `. */
export type Headers = Readonly<Record<string, string | undefined>>;

/** An answer whose body is in memory. */
export interface Response {
	readonly status: number;
	readonly headers: Headers;
	readonly body: Buffer;
}

/** An answer whose body is still to be read, once, or discarded. */
export interface StreamedResponse {
	readonly status: number;
	readonly headers: Headers;
	/** Reading it throws what `sendOnce` throws. */
	readonly stream: AsyncIterable<Uint8Array>;
	/** Gives the connection up; after this, and after reading everything, it does nothing. */
	discard(): void;
}

/** How long to wait for what, in milliseconds. */
export interface Timeouts {
	/** For a connection, TLS included. */
	readonly connect: number;
	/** For the next bytes in either direction. A transfer that moves may take as long as it likes. */
	readonly idle: number;
	/** For the answer to a complete upload: on S3 the registry first copies the blob to its place. */
	readonly commit: number;
	/** For a request and answer that fit into memory, so that a trickle of bytes cannot hold a job. */
	readonly total: number;
}

export const DEFAULT_TIMEOUTS: Timeouts = {
	connect: 5_000,
	idle: 30_000,
	commit: 300_000,
	total: 120_000,
};

/** Connections for registry traffic. Their number is bounded by the limits of `Transport`. */
export function registryAgent({ connect, idle }: Timeouts): Dispatcher {
	return new Agent({
		connect: { timeout: connect },
		headersTimeout: idle,
		bodyTimeout: idle,
		// One stream that stalls must not hold others, and what the limits count are connections.
		allowH2: false,
	});
}

/** Headers as undici gives them, each with one value. */
export function joinedHeaders(headers: IncomingHttpHeaders): Headers {
	const joined: Record<string, string | undefined> = {};
	for (const name in headers) {
		const value = headers[name];
		joined[name] = Array.isArray(value) ? value.join(", ") : value;
	}
	return joined;
}

/** Method and URL, as messages name a request. */
export function nameOf({ method, url }: Pick<Request, "method" | "url">) {
	return `${method} ${printableUrl(url)}`;
}

/**
 * Sends one request, once.
 *
 * @throws RetryableError when the connection failed, ProtocolError when it cannot be trusted or the
 * answer is no HTTP this client accepts, and the signal's reason when it was aborted.
 */
export async function sendOnce(
	dispatcher: Dispatcher,
	request: Omit<Request, "body">,
	body: Request["body"] | Readable,
	signal: AbortSignal | undefined,
): Promise<StreamedResponse> {
	const { method, url } = request;
	try {
		const answer = await dispatcher.request({
			origin: url.origin,
			path: url.pathname + url.search,
			method,
			headers: { ...request.headers },
			body: body ?? null,
			signal: signal ?? null,
			// undici closes the connection after every HEAD unless told not to, which costs a
			// handshake for each tag that is compared.
			reset: false,
			// An upload has a watch of its own: undici's clock stops when the body is slow.
			...(isStream(body) && { headersTimeout: 0 }),
		});
		const headers = joinedHeaders(answer.headers);
		const { statusCode: status, body: content } = answer;
		// A body that breaks or is given up before anybody reads it must not end the process; who does
		// read it gets the error all the same.
		content.on("error", () => {});
		const stream = named(request, content, signal);
		return { status, headers, stream, discard: () => content.destroy() };
	} catch (error) {
		throw requestFailure(request, error, signal);
	}
}

async function* named(
	request: Omit<Request, "body">,
	body: AsyncIterable<Uint8Array>,
	signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
	try {
		yield* body;
	} catch (error) {
		throw requestFailure(request, error, signal);
	}
}

function isStream(body: Request["body"] | Readable): body is Readable {
	return (
		body !== undefined &&
		typeof body !== "string" &&
		!(body instanceof Uint8Array)
	);
}

// Node and OpenSSL have many codes for a certificate that is not in order, and time heals none of
// them: https://nodejs.org/api/tls.html#x509-certificate-error-codes
const UNTRUSTED =
	/^(?:CERT_|ERR_TLS_|UNABLE_TO_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|HOSTNAME_MISMATCH|INVALID_CA)/;

/** What went wrong with a request, as the error that says how to react to it. */
export function requestFailure(
	request: Omit<Request, "body">,
	error: unknown,
	signal: AbortSignal | undefined,
): unknown {
	if (signal?.aborted) return signal.reason;
	if (error instanceof RetryableError || error instanceof ProtocolError) {
		return error;
	}
	// Reading the body of an upload asks another registry, whose refusal is the better message.
	if (error instanceof RegistryError) return error;
	if (!(error instanceof Error) || !("code" in error)) return error;
	const code = String(error.code);
	const message = `${nameOf(request)} failed: ${code} ${printable(error.message)}`;
	if (UNTRUSTED.test(code)) {
		return new ProtocolError(
			`${message}; the certificate of ${request.url.host} must be valid for that name and signed by a trusted authority`,
			{ cause: error },
		);
	}
	if (code.startsWith("ERR_SSL_")) {
		return new ProtocolError(
			`${message}; expected TLS at ${request.url.host}, use an http:// URL if it has none`,
			{ cause: error },
		);
	}
	if (code === "UND_ERR_HEADERS_OVERFLOW") {
		return new ProtocolError(message, { cause: error });
	}
	if (code === "UND_ERR_INVALID_ARG") return error;
	return new RetryableError(message, { cause: error });
}
