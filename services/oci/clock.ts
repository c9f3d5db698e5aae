import { setTimeout } from "node:timers/promises";

/** Time as this client uses it; tests bring their own. */
export interface Clock {
	/** Milliseconds since the epoch. */
	now(): number;
	/** Waits; rejects with the signal's reason when it is aborted meanwhile. */
	sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own clock. */
export const systemClock: Clock = {
	now: Date.now,
	sleep: async (milliseconds, signal) => {
		try {
			await setTimeout(milliseconds, undefined, { ...(signal && { signal }) });
		} catch (error) {
			signal?.throwIfAborted();
			throw error;
		}
	},
};
