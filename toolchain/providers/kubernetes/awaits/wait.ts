import { setTimeout as sleep } from "node:timers/promises";
import type { PropertyMap } from "../../values.ts";
import { isNotFound } from "../api-error.ts";
import type { Awaiter } from "./awaiters.ts";
import type { Look, Verdict } from "./verdict.ts";

/** What waiting needs of the world. */
export interface Waiting {
	/** The object as it is now. */
	read(): Promise<PropertyMap>;
	readonly look: Look;
	readonly timeoutSeconds: number;
	/** Aborted when the user cancels or the engine is gone. */
	readonly signal: AbortSignal;
	/** Shows what is waited for. */
	status(message: string): void;
}

const POLL_MS = 1_000;
// What takes longer than that has a reason worth reading.
const PROBLEMS_AFTER_MS = 5_000;

/**
 * Waits until the object is ready.
 *
 * @throws when it fails, is not ready in time, or the user cancels; the message says why
 */
export async function untilReady(
	awaiter: Awaiter,
	waiting: Waiting,
): Promise<void> {
	const { signal, status, timeoutSeconds } = waiting;
	const start = Date.now();
	for (;;) {
		const object = await waiting.read();
		const verdict = await awaiter.judge(object, waiting.look);
		if (verdict.state === "ready") return status("");
		const elapsed = Date.now() - start;
		const ends = verdict.state === "failed" || elapsed > timeoutSeconds * 1000;
		const reasons = [
			said(verdict),
			...(ends || elapsed > PROBLEMS_AFTER_MS
				? await problems(awaiter, object, waiting.look)
				: []),
		].join("\n  ");
		if (verdict.state === "failed") throw new Error(`failed: ${reasons}`);
		if (ends)
			throw new Error(`is not ready after ${timeoutSeconds} s: ${reasons}`);
		status(said(verdict));
		try {
			await sleep(POLL_MS, undefined, { signal });
		} catch {
			throw new Error(
				`was not waited for any longer, the next update goes on: ${reasons}`,
			);
		}
	}
}

const said = (verdict: Exclude<Verdict, { state: "ready" }>) =>
	verdict.state === "failed" ? verdict.reason : verdict.progress;

// They explain a failure and must not become one.
async function problems(
	awaiter: Awaiter,
	object: PropertyMap,
	look: Look,
): Promise<readonly string[]> {
	try {
		return (await awaiter.problems?.(object, look)) ?? [];
	} catch {
		return [];
	}
}

/**
 * Waits until the object is gone.
 *
 * @throws when it still exists after the time or the user cancels; the message says what holds it
 */
export async function untilGone({
	read,
	timeoutSeconds,
	signal,
	status,
}: Omit<Waiting, "look">): Promise<void> {
	const end = Date.now() + timeoutSeconds * 1000;
	for (;;) {
		try {
			const { metadata } = await read();
			const { finalizers = [] } = metadata as PropertyMap;
			const held = `still exists${Array.isArray(finalizers) && finalizers.length > 0 ? `, held by ${finalizers.join(", ")}` : ""}`;
			if (Date.now() > end)
				throw new Error(`${held} after ${timeoutSeconds} s`);
			status(held);
		} catch (error) {
			if (isNotFound(error)) return status("");
			throw error;
		}
		await sleep(POLL_MS, undefined, { signal });
	}
}
