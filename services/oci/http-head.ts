import { ProtocolError, RetryableError } from "./errors.ts";
import type { Headers, Request } from "./http.ts";
import type { Wire } from "./wire.ts";

/** How an answer begins. */
export interface HttpHead {
	readonly status: number;
	readonly headers: Headers;
	/** The first bytes of what follows it; lent by the wire. */
	readonly rest: Uint8Array;
}

const MAX_HEAD_BYTES = 64 * 1024;

/** The head of a request that is the only one on its connection. */
export function requestHead({
	method,
	url,
	headers = {},
}: Omit<Request, "body">): string {
	const lines = Object.entries({ ...headers, connection: "close" }).map(
		([name, value]) => {
			// A line break would write headers of its own. The value may be a secret: it is not shown.
			if (!/^[\x20-\x7e]*$/.test(value)) {
				throw new ProtocolError(
					`the value of header '${name}' is not ASCII text`,
				);
			}
			return `${name}: ${value}\r\n`;
		},
	);
	return `${method} ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\n${lines.join("")}\r\n`;
}

/**
 * Reads the head of the answer to the request that messages call `name`.
 *
 * @throws ProtocolError when it is no HTTP/1, RetryableError when the connection ends before.
 */
export async function readHead(wire: Wire, name: string): Promise<HttpHead> {
	let read: Buffer = Buffer.alloc(0);
	for (;;) {
		const end = read.indexOf("\r\n\r\n");
		if (end > MAX_HEAD_BYTES || (end < 0 && read.length > MAX_HEAD_BYTES)) {
			throw new ProtocolError(
				`${name} was answered with headers of more than ${MAX_HEAD_BYTES} bytes`,
			);
		}
		if (end >= 0) {
			const head = parseHead(read.toString("latin1", 0, end), name);
			read = read.subarray(end + 4);
			// An interim answer, such as 100 (Continue), says nothing.
			if (head.status >= 200) return { ...head, rest: read };
			continue;
		}
		const bytes = await wire.read();
		if (!bytes) {
			throw new RetryableError(
				`${name} failed: the connection was closed without an answer`,
			);
		}
		read = Buffer.concat([read, bytes]);
	}
}

/** Length of the body that follows; undefined when these headers do not tell it. */
export function bodyLength(headers: Headers): number | undefined {
	if (headers["transfer-encoding"] !== undefined) return undefined;
	const length = headers["content-length"] ?? "";
	return /^[0-9]{1,15}$/.test(length) ? Number(length) : undefined;
}

function parseHead(text: string, name: string): Omit<HttpHead, "rest"> {
	const [first = "", ...lines] = text.split("\r\n");
	const status = /^HTTP\/1\.[01] ([1-5][0-9]{2})(?: |$)/.exec(first)?.[1];
	const headers: Record<string, string> = {};
	for (const line of lines) {
		const match = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(.*?)[ \t]*$/.exec(
			line,
		);
		const [, key = "", value = ""] = match ?? [];
		if (key === "") throw malformed(name);
		const known = headers[key.toLowerCase()];
		headers[key.toLowerCase()] =
			known === undefined ? value : `${known}, ${value}`;
	}
	if (status === undefined) throw malformed(name);
	return { status: Number(status), headers };
}

function malformed(name: string): ProtocolError {
	return new ProtocolError(
		`${name} was answered with something else than HTTP/1`,
	);
}
