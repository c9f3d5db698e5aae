import type { Clock } from "../../../services/oci/clock.ts";

/** A clock on which waiting takes no time: it notes the wait and is that much later. */
export class InstantClock implements Clock {
	readonly sleeps: number[] = [];
	#now = Date.parse("2026-01-01T00:00:00Z");

	now(): number {
		return this.#now;
	}

	async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
		signal?.throwIfAborted();
		this.sleeps.push(milliseconds);
		this.#now += milliseconds;
	}

	/** Lets time pass. */
	advance(milliseconds: number): void {
		this.#now += milliseconds;
	}
}
