import { Deadline } from "./deadline.ts";
import { RetryableError } from "./errors.ts";
import {
	nameOf,
	type Request,
	requestFailure,
	type StreamedResponse,
	type Timeouts,
} from "./http.ts";
import {
	bodyLength,
	type HttpHead,
	readHead,
	requestHead,
} from "./http-head.ts";
import { Wire } from "./wire.ts";

/** The longest time a timer can be set to, almost a month. */
const NEVER = 2 ** 31 - 1;
/** The length of a body that nothing but its end tells. */
const UNTOLD = Number.POSITIVE_INFINITY;

/**
 * Asks for a large body on a connection of its own, once. Its chunks are lent, each until the next
 * one is asked for.
 *
 * Undefined when only a full HTTP client can tell where the body ends. Otherwise it answers and
 * throws as `sendOnce` does.
 */
export async function openDirectly(
	request: Omit<Request, "body">,
	timeouts: Timeouts,
	signal: AbortSignal | undefined,
): Promise<StreamedResponse | undefined> {
	const answer = await exchange(request, timeouts, signal, readHead);
	if (answer.status >= 300 || answer.hasLength) return answer;
	answer.discard();
	return undefined;
}

/**
 * Sends a large body on a connection of its own, once: each chunk is sent before the next one is
 * asked for. It answers and throws as `sendOnce` does. The caller watches over its idle time.
 */
export function uploadDirectly(
	request: Omit<Request, "body">,
	timeouts: Timeouts,
	signal: AbortSignal,
	content: AsyncIterable<Uint8Array>,
): Promise<StreamedResponse> {
	const unwatched = { ...timeouts, idle: NEVER };
	return exchange(request, unwatched, signal, (wire, name) =>
		answerTo(content, wire, name),
	);
}

async function exchange(
	request: Omit<Request, "body">,
	{ connect, idle }: Timeouts,
	signal: AbortSignal | undefined,
	answerOf: (wire: Wire, name: string) => Promise<HttpHead>,
): Promise<StreamedResponse & { readonly hasLength: boolean }> {
	const name = nameOf(request);
	const wire = new Wire(request.url);
	const deadline = new Deadline(signal);
	const abort = () => wire.destroy(deadline.signal.reason);
	deadline.signal.addEventListener("abort", abort);
	if (deadline.signal.aborted) abort();
	const end = () => {
		deadline.clear();
		wire.destroy();
	};
	const within = async <T>(milliseconds: number, task: Promise<T>) => {
		deadline.set(milliseconds, `${name} did not move for ${milliseconds} ms`);
		try {
			return await task;
		} finally {
			deadline.stop();
		}
	};
	try {
		await within(connect, wire.connected());
		await wire.write(requestHead(request));
		const { status, headers, rest } = await within(idle, answerOf(wire, name));
		const length = bodyLength(headers);
		return {
			status,
			headers,
			hasLength: length !== undefined,
			stream: body(rest, length ?? UNTOLD),
			discard: end,
		};
	} catch (error) {
		end();
		throw requestFailure(request, error, signal);
	}

	async function* body(
		rest: Uint8Array,
		length: number,
	): AsyncGenerator<Uint8Array, void, undefined> {
		let left = length;
		let bytes: Uint8Array | undefined = rest;
		try {
			for (;;) {
				const chunk: Uint8Array = bytes.subarray(0, left);
				left -= chunk.byteLength;
				if (chunk.byteLength > 0) yield chunk;
				if (left === 0) return;
				bytes = await within(idle, wire.read());
				if (!bytes) {
					throw new RetryableError(
						`${name} was answered with ${left} bytes less than announced`,
					);
				}
			}
		} catch (error) {
			// A refusal whose length is not told ends with its connection, in whatever way.
			if (length === UNTOLD) return;
			throw requestFailure(request, error, signal);
		} finally {
			end();
		}
	}
}

// The answer may come before all is sent; then it is a refusal, and nobody reads the rest.
async function answerTo(
	content: AsyncIterable<Uint8Array>,
	wire: Wire,
	name: string,
): Promise<HttpHead> {
	let isAnswered = false;
	const answer = readHead(wire, name).finally(() => {
		isAnswered = true;
	});
	// It is waited for further down; until then its failure is nobody's.
	answer.catch(() => {});
	for await (const chunk of content) {
		await Promise.race([wire.write(chunk), answer]);
		if (isAnswered) break;
	}
	return answer;
}
