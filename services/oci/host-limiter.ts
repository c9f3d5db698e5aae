import type { Clock } from "./clock.ts";
import { Semaphore } from "./semaphore.ts";

/**
 * What all requests to one host share: how many may be under way, and a pause for everybody once the
 * host said that it is too much. A limit per request would let the others go on hammering.
 */
export class HostLimiter {
	readonly #clock: Clock;
	readonly #requests: Semaphore;
	#pausedUntil = 0;

	constructor(concurrency: number, clock: Clock) {
		this.#requests = new Semaphore(concurrency);
		this.#clock = clock;
	}

	/** Runs a request when there is room and no pause. */
	run<T>(request: () => Promise<T>, signal?: AbortSignal): Promise<T> {
		return this.#requests.run(async () => {
			// Another answer may have made the pause longer meanwhile.
			for (;;) {
				const pause = this.#pausedUntil - this.#clock.now();
				if (pause <= 0) break;
				await this.#clock.sleep(pause, signal);
			}
			return await request();
		});
	}

	/** Lets no request to this host start for so long; never shortens a pause. */
	pause(milliseconds: number): void {
		this.#pausedUntil = Math.max(
			this.#pausedUntil,
			this.#clock.now() + milliseconds,
		);
	}
}
