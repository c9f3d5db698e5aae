import type { Clock } from "../../../services/oci/clock.ts";

/** A clock that stands still until it is moved. */
export class ManualClock implements Clock {
	#now = 0;
	#sleepers: { readonly until: number; readonly wake: () => void }[] = [];

	now(): number {
		return this.#now;
	}

	get sleeping(): number {
		return this.#sleepers.length;
	}

	sleep(milliseconds: number): Promise<void> {
		const until = this.#now + milliseconds;
		return new Promise((wake) => this.#sleepers.push({ until, wake }));
	}

	advance(milliseconds: number): void {
		this.#now += milliseconds;
		const due = this.#sleepers.filter(({ until }) => until <= this.#now);
		this.#sleepers = this.#sleepers.filter(({ until }) => until > this.#now);
		for (const { wake } of due) wake();
	}
}
