import type {
	IncomingHttpHeaders,
	IncomingMessage,
	ServerResponse,
} from "node:http";
import { buffer } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { passOn } from "../docker/pass-on.ts";
import type { Action } from "../services/oci/faults.ts";

/** An answer of a registry, to be damaged. */
interface Answer {
	readonly statusCode: number;
	readonly headers: IncomingHttpHeaders;
	readonly body: Buffer;
}

/** Does something with the registry's own answer, unless it is a refusal, which nobody could damage. */
function withAnswer(
	registry: string,
	act: (answer: Answer, response: ServerResponse) => unknown,
): Action {
	return (request, response) => {
		const onAnswer = async (answer: IncomingMessage) => {
			const { statusCode = 502, headers } = answer;
			const body = await buffer(answer);
			if (statusCode < 300) await act({ statusCode, headers, body }, response);
			else response.writeHead(statusCode, headers).end(body);
		};
		request.pipe(passOn(registry, request, response, { onAnswer }));
		return true;
	};
}

/** Sends half of what was promised, then breaks the connection. */
export const cutInHalf = (registry: string): Action =>
	withAnswer(registry, ({ headers, body }, response) => {
		response.writeHead(200, headers);
		response.write(half(body), () => response.socket?.destroy());
	});

/** Promises and sends half of the content, as a cache does that stored half of it. */
export const shortened = (registry: string): Action =>
	withAnswer(registry, ({ headers, body }, response) => {
		const content = half(body);
		response
			.writeHead(200, { ...headers, "content-length": content.byteLength })
			.end(content);
	});

/** Sends the content with one bit turned over, in the middle. */
export const corrupted = (registry: string): Action =>
	withAnswer(registry, ({ headers, body }, response) => {
		const damaged = Buffer.from(body);
		const middle = Math.floor(damaged.byteLength / 2);
		damaged.writeUInt8((damaged[middle] ?? 0) ^ 1, middle);
		response.writeHead(200, headers).end(damaged);
	});

/** Sends the first byte, then nothing, for as long as the client waits. */
export const stalledAfterOneByte = (registry: string): Action =>
	withAnswer(registry, ({ headers, body }, response) => {
		response.writeHead(200, headers);
		response.write(body.subarray(0, 1));
	});

/** Sends the content in so many parts, with a pause before each. */
export const trickling = (
	registry: string,
	{ parts, pauseMs }: { readonly parts: number; readonly pauseMs: number },
): Action =>
	withAnswer(registry, async ({ headers, body }, response) => {
		response.writeHead(200, headers);
		response.flushHeaders();
		const step = Math.ceil(body.byteLength / parts);
		for (let at = 0; at < body.byteLength; at += step) {
			await setTimeout(pauseMs);
			response.write(body.subarray(at, at + step));
		}
		response.end();
	});

/** Answers with other headers than the registry does. */
export const withHeaders = (
	registry: string,
	changed: Readonly<Record<string, string>>,
): Action =>
	withAnswer(registry, ({ statusCode, headers, body }, response) => {
		response.writeHead(statusCode, { ...headers, ...changed }).end(body);
	});

/** Strikes the first `times` requests to each path, with its method, instead of the first of all. */
export function firstOfEachPath(times: number, action: Action): Action {
	const hits = new Map<string, number>();
	return (request, response) => {
		// Every upload has a path of its own.
		const path = request.url?.replace(/uploads\/.+/, "uploads/<session>");
		const key = `${request.method} ${path}`;
		const hit = (hits.get(key) ?? 0) + 1;
		hits.set(key, hit);
		return hit <= times && action(request, response);
	};
}

/** Reads the beginning of what is sent and breaks the connection. */
export const resetMidBody: Action = (request) => {
	request.once("data", () => request.socket.resetAndDestroy());
	return true;
};

/** Sends a body that does not end, as long as anybody takes it. */
export function endless(
	status: number,
	headers: Readonly<Record<string, string>>,
): Action {
	const chunk = Buffer.alloc(64 * 1024, "a");
	return (request, response) => {
		request.resume();
		response.writeHead(status, headers);
		const more = () => {
			while (!response.destroyed && response.write(chunk));
		};
		response.on("drain", more);
		more();
		return true;
	};
}

/**
 * Passes half of the request's body on and calls `kill` then: with a body that is not sent to its
 * end, the registry does not carry the request out.
 */
export function killedHalfWay(registry: string, kill: () => void): Action {
	return (request, response) => {
		const upstream = passOn(registry, request, response);
		const length = Number(request.headers["content-length"] ?? 0);
		let sent = 0;
		request.on("data", (chunk: Buffer) => {
			const rest = Math.max(0, Math.floor(length / 2) - sent);
			sent += chunk.byteLength;
			upstream.write(chunk.subarray(0, rest));
			if (sent >= length / 2) kill();
		});
		// A request without a body has no half: it is cut off where it ends.
		request.on("end", kill);
		return true;
	};
}

/** Calls `kill` when the registry carried the request out, and before anybody hears of it. */
export function killedAfterwards(registry: string, kill: () => void): Action {
	return (request, response) => {
		const onAnswer = (answer: IncomingMessage) => {
			answer.resume();
			answer.once("end", kill);
		};
		request.pipe(passOn(registry, request, response, { onAnswer }));
		return true;
	};
}

const half = (bytes: Buffer) =>
	bytes.subarray(0, Math.floor(bytes.byteLength / 2));
