import { RetryableError } from "./errors.ts";

/**
 * A signal that is aborted when nobody moved its deadline in time, or together with another signal.
 *
 * Kept by hand instead of `AbortSignal.timeout` and `any`: those live on until they fire, which
 * leaves thousands of timers behind a sync of thousands of tags.
 */
export class Deadline {
	readonly #controller = new AbortController();
	readonly #outer: AbortSignal | undefined;
	readonly #follow = () => this.#controller.abort(this.#outer?.reason);
	#timer: NodeJS.Timeout | undefined;

	/** `outer` is the signal to follow, if there is one. */
	constructor(outer: AbortSignal | undefined) {
		this.#outer = outer;
		if (outer?.aborted) this.#follow();
		else outer?.addEventListener("abort", this.#follow, { once: true });
	}

	get signal(): AbortSignal {
		return this.#controller.signal;
	}

	/** Aborts in so many milliseconds, with a `RetryableError` of this message. */
	set(milliseconds: number, message: string): void {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(
			() => this.#controller.abort(new RetryableError(message)),
			milliseconds,
		);
	}

	/** Starts the time that was set anew. */
	refresh(): void {
		this.#timer?.refresh();
	}

	/** Stops the time that was set, until another one is. */
	stop(): void {
		clearTimeout(this.#timer);
	}

	/** Ends the watch; to be called in any case. */
	clear(): void {
		this.stop();
		this.#outer?.removeEventListener("abort", this.#follow);
	}
}
