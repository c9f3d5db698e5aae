import { setTimeout as sleep } from "node:timers/promises";
import { isBeingRemoved, isInUse, isNotFound } from "./api-error.ts";

// The official provider waits as long for the users of a network or volume to go.
const IN_USE_TIMEOUT_MS = 30_000;
const RETRY_INTERVAL_MS = 500;

/**
 * Removes something; done when it is gone, whoever removed it. While other things still use it the
 * removal is tried again, for up to 30 s: containers leave their networks a moment after they stop.
 */
export async function removed(
	remove: () => Promise<unknown>,
	signal: AbortSignal,
): Promise<void> {
	const deadline = Date.now() + IN_USE_TIMEOUT_MS;
	for (;;) {
		try {
			await remove();
			return;
		} catch (error) {
			if (isNotFound(error)) return;
			const willChange = isInUse(error) || isBeingRemoved(error);
			if (!willChange || Date.now() > deadline) throw error;
		}
		await sleep(RETRY_INTERVAL_MS, undefined, { signal });
	}
}
