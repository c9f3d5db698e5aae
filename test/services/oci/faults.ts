import type { IncomingMessage, ServerResponse } from "node:http";

/** Does something instead of the answer, or before it when it returns false. */
export type Action = (
	request: IncomingMessage,
	response: ServerResponse,
) => boolean | Promise<boolean>;

/** Strikes the requests that match, from the `from`th on and `times` times. */
export interface Fault {
	readonly method?: string;
	readonly path: RegExp;
	readonly action: Action;
	/** 1 for the first. @default 1 */
	readonly from?: number;
	/** @default 1 */
	readonly times?: number;
	/** Matching requests so far. */
	hits?: number;
}

/** The action of the first fault that strikes this request. */
export function strike(
	faults: readonly Fault[],
	method: string,
	path: string,
): Action | undefined {
	for (const fault of faults) {
		if (fault.method !== undefined && fault.method !== method) continue;
		if (!fault.path.test(path)) continue;
		fault.hits = (fault.hits ?? 0) + 1;
		const { from = 1, times = 1, hits } = fault;
		if (hits >= from && hits < from + times) return fault.action;
	}
	return undefined;
}

/** Answers with a status, and a body if one is given. */
export function status(
	code: number,
	{
		headers = {},
		body = "",
	}: { headers?: Record<string, string>; body?: string } = {},
): Action {
	return (request, response) => {
		// Read, so that the client is not stopped in the middle of what it sends.
		request.resume();
		response.writeHead(code, headers).end(body);
		return true;
	};
}

/** An OCI error body. */
export function ociError(code: string, message = ""): string {
	return JSON.stringify({ errors: [{ code, message }] });
}

/** Does something once, before the request it strikes is answered as ever. */
export function meanwhile(action: () => unknown): Action {
	return async () => {
		await action();
		return false;
	};
}

/** Breaks the connection without an answer. */
export const reset: Action = (request) => {
	request.socket.resetAndDestroy();
	return true;
};

/** Takes the request and never answers. */
export const silence: Action = (request) => {
	request.resume();
	return true;
};

/** Sends a body that is not the one that is stored. */
export function content(
	bytes: Buffer,
	headers: Record<string, string> = {},
): Action {
	return (_request, response) => {
		response
			.writeHead(200, { "content-length": `${bytes.byteLength}`, ...headers })
			.end(bytes);
		return true;
	};
}

/** Promises `promised` bytes, sends the given ones and breaks off. */
export function truncated(bytes: Buffer, promised: number): Action {
	return (request, response) => {
		response.writeHead(200, { "content-length": `${promised}` });
		response.write(bytes, () => request.socket.destroy());
		return true;
	};
}

/** Sends the given bytes of a longer body, then nothing more. */
export function stalled(bytes: Buffer, promised: number): Action {
	return (_request, response) => {
		response.writeHead(200, { "content-length": `${promised}` });
		response.write(bytes);
		return true;
	};
}
