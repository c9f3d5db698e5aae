import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { Dispatcher } from "undici";
import { type Clock, systemClock } from "./clock.ts";
import { Deadline } from "./deadline.ts";
import { openDirectly, uploadDirectly } from "./direct-request.ts";
import { RegistryError, RetryableError } from "./errors.ts";
import { HostLimiter } from "./host-limiter.ts";
import {
	DEFAULT_TIMEOUTS,
	nameOf,
	type Request,
	type Response,
	registryAgent,
	type StreamedResponse,
	sendOnce,
	type Timeouts,
} from "./http.ts";
import { isTransient, parseOciErrors } from "./oci-error.ts";
import { readStart } from "./response-body.ts";
import {
	backoffMs,
	DEFAULT_RETRY,
	type RetryPolicy,
	retryAfterMs,
} from "./retry.ts";
import { sendWhole } from "./send-whole.ts";

/** A wait before another try, for the log. */
export interface Retry {
	/** E.g. method and URL. */
	readonly what: string;
	/** The try that failed; 1 for the first. */
	readonly attempt: number;
	readonly delayMs: number;
	readonly reason: string;
}

export interface TransportOptions {
	/** Aborts what is under way and refuses what comes after. @default - never */
	readonly signal?: AbortSignal;
	/** @default - DEFAULT_RETRY */
	readonly retry?: RetryPolicy;
	/** @default - DEFAULT_TIMEOUTS */
	readonly timeouts?: Timeouts;
	/** Requests under way to one host. @default - 32: more gains nothing against distribution */
	readonly concurrencyPerHost?: number;
	/** Told of each wait. @default - nobody */
	readonly onRetry?: (retry: Retry) => void;
	/** What sends the requests; closed with the transport. @default - `registryAgent` */
	readonly dispatcher?: Dispatcher;
	/** @default - the machine's */
	readonly clock?: Clock;
	/** Source of jitter in [0, 1). @default - Math.random */
	readonly random?: () => number;
}

/** How the chunks of a large body are passed on. */
export interface Lending {
	/**
	 * Chunks of an answer are lent, each until the next one is asked for; those of an upload are sent
	 * before the next one is asked for. @default false
	 */
	readonly lent?: boolean;
}

/** Bodies up to here are kept in memory while they are sent: a stream for each costs more. */
export const SMALL_BODY_BYTES = 256 * 1024;
/** Longer error bodies are cut; an OCI error is a few hundred bytes. */
const ERROR_BODY_LIMIT = 64 * 1024;

/** HTTP to registries: limits and pauses per host, timeouts, repeated tries. It knows no credentials. */
export class Transport {
	/** The clock that everything about these requests goes by. */
	readonly clock: Clock;
	readonly #retry: RetryPolicy;
	readonly #random: () => number;
	readonly #signal: AbortSignal | undefined;
	readonly #closing = new AbortController();
	/** Aborted with `#signal` and when the transport is closed. */
	readonly #lifetime: AbortSignal;
	readonly #timeouts: Timeouts;
	readonly #dispatcher: Dispatcher;
	/** Whether it may open connections besides those of the dispatcher. */
	readonly lends: boolean;
	readonly #concurrencyPerHost: number;
	readonly #onRetry: (retry: Retry) => void;
	readonly #limiters = new Map<string, HostLimiter>();

	constructor(options: TransportOptions = {}) {
		this.#retry = options.retry ?? DEFAULT_RETRY;
		this.clock = options.clock ?? systemClock;
		this.#random = options.random ?? Math.random;
		this.#signal = options.signal;
		this.#lifetime = AbortSignal.any([
			this.#closing.signal,
			...(options.signal ? [options.signal] : []),
		]);
		this.#timeouts = options.timeouts ?? DEFAULT_TIMEOUTS;
		this.#dispatcher = options.dispatcher ?? registryAgent(this.#timeouts);
		this.lends = options.dispatcher === undefined;
		this.#concurrencyPerHost = options.concurrencyPerHost ?? 32;
		this.#onRetry = options.onRetry ?? (() => {});
	}

	/** Closes all connections, whatever is under way. */
	async close(): Promise<void> {
		this.#closing.abort(new Error("the transport was closed"));
		await this.#dispatcher.destroy();
	}

	/**
	 * Sends a request and reads the answer into memory.
	 *
	 * @throws RetryableError when every try failed, ProtocolError when a body that is not an error is
	 * longer than `limit` bytes.
	 */
	send(request: Request, limit: number): Promise<Response> {
		return this.repeat(request, () =>
			this.#limited(request, async () => {
				const answer = await sendWhole(this.#dispatcher, request, {
					bytes: limit,
					errorBytes: ERROR_BODY_LIMIT,
					total: this.#timeouts.total,
					patient: false,
					signal: this.#signal,
				});
				return answer.status < 400 ? answer : this.#judged(request, answer);
			}),
		);
	}

	/**
	 * Sends a request and hands on the body of a 2xx answer unread. Tries are repeated until the body
	 * begins; whoever reads it decides what a broken one is worth.
	 *
	 * @throws RetryableError when every try failed.
	 */
	open(
		request: Request,
		{ lent = false }: Lending = {},
	): Promise<Response | StreamedResponse> {
		return this.repeat(request, () =>
			this.#limited(request, async () => {
				const direct =
					lent && this.lends
						? await openDirectly(request, this.#timeouts, this.#lifetime)
						: undefined;
				const answer = direct ?? (await this.#sendOnce(request, this.#signal));
				return answer.status < 300 ? answer : this.#answerOf(request, answer);
			}),
		);
	}

	/**
	 * Sends `size` bytes as they come. Tried once, since the content cannot be had a second time.
	 *
	 * @throws RetryableError when the transfer broke, and whatever reading the content throws.
	 */
	upload(
		request: Omit<Request, "body">,
		content: AsyncIterable<Uint8Array>,
		size: number,
		{ lent = false }: Lending = {},
	): Promise<Response> {
		return this.#limited(request, async () => {
			const deadline = new Deadline(this.#lifetime);
			const watched = this.#watched(request, content, deadline);
			const headers = { ...request.headers, "content-length": `${size}` };
			const sized = { ...request, headers };
			const { signal } = deadline;
			try {
				if (!lent && size <= SMALL_BODY_BYTES) {
					const body = await whole(watched, signal);
					const small = await sendWhole(
						this.#dispatcher,
						{ ...sized, body },
						{
							bytes: ERROR_BODY_LIMIT,
							errorBytes: ERROR_BODY_LIMIT,
							// The deadline is the one to speak.
							total: this.#timeouts.idle + this.#timeouts.commit,
							patient: true,
							signal,
						},
					);
					return this.#judged(request, small);
				}
				const answer = await (lent
					? uploadDirectly(sized, this.#timeouts, signal, watched)
					: sendOnce(
							this.#dispatcher,
							sized,
							Readable.from(watched, { objectMode: false }),
							signal,
						));
				return await this.#answerOf(request, answer);
			} finally {
				deadline.clear();
			}
		});
	}

	/**
	 * Repeats a task while it fails with a `RetryableError` that nothing inside it has used up its
	 * tries on.
	 *
	 * @throws RetryableError, marked as exhausted, when every try failed; any other error at once.
	 */
	async repeat<T>(
		what: string | Pick<Request, "method" | "url">,
		task: () => Promise<T>,
	): Promise<T> {
		const { attempts, maxRetryAfterMs } = this.#retry;
		for (let attempt = 1; ; attempt++) {
			try {
				return await task();
			} catch (error) {
				if (!(error instanceof RetryableError) || error.exhausted) throw error;
				const delayMs =
					error.retryAfterMs ?? backoffMs(attempt, this.#retry, this.#random);
				if (attempt >= attempts || delayMs > maxRetryAfterMs) {
					throw givenUp(error, attempt, maxRetryAfterMs);
				}
				const reason = error.message;
				// Only now, since naming thousands of requests that nothing is wrong with takes its time.
				const named = typeof what === "string" ? what : nameOf(what);
				this.#onRetry({ what: named, attempt, delayMs, reason });
				await this.clock.sleep(delayMs, this.#signal);
			}
		}
	}

	async *#watched(
		request: Omit<Request, "body">,
		content: AsyncIterable<Uint8Array>,
		deadline: Deadline,
	): AsyncGenerator<Uint8Array, void, undefined> {
		const { idle, commit } = this.#timeouts;
		deadline.set(idle, `${nameOf(request)} did not move for ${idle} ms`);
		for await (const chunk of content) {
			deadline.refresh();
			yield chunk;
		}
		deadline.set(
			commit,
			`${nameOf(request)} was sent and not answered within ${commit} ms`,
		);
	}

	// For answers whose body is no content: its start tells what is wrong, if something is.
	async #answerOf(
		request: Omit<Request, "body">,
		answer: StreamedResponse,
	): Promise<Response> {
		const body = await readStart(answer.stream, ERROR_BODY_LIMIT);
		const { status, headers } = answer;
		return this.#judged(request, { status, headers, body });
	}

	// Throws when asking again may give a better answer.
	#judged(request: Omit<Request, "body">, answer: Response): Response {
		const { status, headers, body } = answer;
		if (!isTransient(status, body)) return answer;
		const asked = retryAfterMs(headers["retry-after"], this.clock.now());
		// A host that is asked too much, or names a time, means all who ask it.
		if (status === 429 || asked !== undefined) {
			const pauseMs = asked ?? backoffMs(1, this.#retry, this.#random);
			if (pauseMs <= this.#retry.maxRetryAfterMs) {
				this.#limiter(request.url).pause(pauseMs);
			}
		}
		const cause = new RegistryError(
			nameOf(request),
			status,
			parseOciErrors(body),
		);
		throw new RetryableError(cause.message, { cause, retryAfterMs: asked });
	}

	#sendOnce(
		request: Request,
		signal: AbortSignal | undefined,
	): Promise<StreamedResponse> {
		return sendOnce(this.#dispatcher, request, request.body, signal);
	}

	#limited<T>(
		{ url }: Omit<Request, "body">,
		task: () => Promise<T>,
	): Promise<T> {
		return this.#limiter(url).run(task, this.#signal);
	}

	#limiter({ host }: URL): HostLimiter {
		const known = this.#limiters.get(host);
		if (known) return known;
		const limiter = new HostLimiter(this.#concurrencyPerHost, this.clock);
		this.#limiters.set(host, limiter);
		return limiter;
	}
}

// Content that stalls is given up on, as when it is sent while it comes.
function whole(
	content: AsyncIterable<Uint8Array>,
	signal: AbortSignal,
): Promise<Buffer> {
	return new Promise((resolve, reject) => {
		signal.addEventListener("abort", () => reject(signal.reason));
		buffer(content).then(resolve, reject);
	});
}

function givenUp(
	error: RetryableError,
	attempt: number,
	maxRetryAfterMs: number,
): RetryableError {
	const asked = error.retryAfterMs ?? 0;
	const why =
		asked > maxRetryAfterMs
			? `it asks to wait ${asked / 1000} s, a run waits at most ${maxRetryAfterMs / 1000} s`
			: `given up after ${attempt} tries`;
	return new RetryableError(`${error.message}; ${why}`, {
		cause: error,
		exhausted: true,
	});
}
