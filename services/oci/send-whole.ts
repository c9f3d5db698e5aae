import type { Dispatcher } from "undici";
import { ProtocolError, RetryableError } from "./errors.ts";
import {
	joinedHeaders,
	nameOf,
	type Request,
	type Response,
	requestFailure,
} from "./http.ts";

/** What one request may take. */
export interface WholeLimits {
	/** Bytes of an answer that is no error. */
	readonly bytes: number;
	/** Bytes of an error's body that are read; the rest is dropped. */
	readonly errorBytes: number;
	/** Milliseconds from here to the last byte. */
	readonly total: number;
	/** The answer may begin as late as that; else it must within the dispatcher's own time. */
	readonly patient: boolean;
	readonly signal: AbortSignal | undefined;
}

/**
 * Sends one request, once, and reads the answer into memory. By undici's lowest interface: of
 * thousands of small requests, its streams take half the processor time.
 *
 * @throws ProtocolError when the answer is too long, RetryableError when it takes too long, and what
 * `sendOnce` throws.
 */
export function sendWhole(
	dispatcher: Dispatcher,
	request: Request,
	{ bytes, errorBytes, total, patient, signal }: WholeLimits,
): Promise<Response> {
	const { method, url, headers = {}, body } = request;
	return new Promise((resolve, reject) => {
		let controller: Dispatcher.DispatchController | undefined;
		let head: Omit<Response, "body"> | undefined;
		let chunks: Buffer[] = [];
		let length = 0;
		let isSettled = false;
		const settle = (done: () => void) => {
			if (isSettled) return;
			isSettled = true;
			clearTimeout(timer);
			signal?.removeEventListener("abort", abort);
			done();
			chunks = [];
		};
		const fail = (error: unknown) => {
			settle(() => reject(requestFailure(request, error, signal)));
			controller?.abort(error instanceof Error ? error : new Error("aborted"));
		};
		const succeed = () => {
			if (!head) return;
			const whole = { ...head, body: Buffer.concat(chunks) };
			settle(() => resolve(whole));
		};
		const abort = () => fail(signal?.reason);
		const timer = setTimeout(
			() =>
				fail(
					new RetryableError(`${nameOf(request)} took longer than ${total} ms`),
				),
			total,
		);
		if (signal?.aborted) return abort();
		signal?.addEventListener("abort", abort);
		dispatcher.dispatch(
			{
				origin: url.origin,
				path: url.pathname + url.search,
				method,
				headers: { ...headers },
				body: body ?? null,
				// undici closes the connection after every HEAD unless told not to, which costs a
				// handshake for each tag that is compared.
				reset: false,
				...(patient && { headersTimeout: 0 }),
			},
			{
				onRequestStart: (started) => {
					controller = started;
					if (isSettled) started.abort(new Error("nobody waits any more"));
				},
				onResponseStart: (_, status, headers) => {
					head = { status, headers: joinedHeaders(headers) };
				},
				onResponseData: (_, chunk) => {
					chunks.push(chunk);
					length += chunk.byteLength;
					const isError = head !== undefined && head.status >= 400;
					if (length <= (isError ? errorBytes : bytes)) return;
					if (isError) {
						chunks = [Buffer.concat(chunks).subarray(0, errorBytes)];
						succeed();
						controller?.abort(new Error("the rest is not of interest"));
					} else {
						fail(
							new ProtocolError(
								`${nameOf(request)} was answered with more than ${bytes} bytes`,
							),
						);
					}
				},
				onResponseEnd: succeed,
				onResponseError: (_, error) => fail(error),
			},
		);
	});
}
