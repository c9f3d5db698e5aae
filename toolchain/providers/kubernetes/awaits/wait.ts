import { setTimeout as sleep } from "node:timers/promises";
import type { PropertyMap } from "../../values.ts";
import { isNotFound, UnreachableError } from "../api-error.ts";
import { at } from "../objects.ts";
import type { Awaiter } from "./awaiters.ts";
import { type Look, type Verdict, waiting as waits } from "./verdict.ts";

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
		const { object, verdict } = await look(awaiter, waiting);
		if (verdict.state === "ready") return status("");
		const elapsed = Date.now() - start;
		const ends = verdict.state === "failed" || elapsed > timeoutSeconds * 1000;
		const reasons = [
			said(verdict),
			...(object && (ends || elapsed > PROBLEMS_AFTER_MS)
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

async function look(
	awaiter: Awaiter,
	{ read, look: beside }: Waiting,
): Promise<{ readonly object?: PropertyMap; readonly verdict: Verdict }> {
	try {
		const object = await read();
		return { object, verdict: await awaiter.judge(object, beside) };
	} catch (error) {
		// An API server that is being rolled comes back; the object waits for nobody.
		if (error instanceof UnreachableError)
			return { verdict: waits(error.message) };
		throw error;
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
		const held = await holds(read);
		if (held === undefined) return status("");
		if (Date.now() > end) throw new Error(`${held} after ${timeoutSeconds} s`);
		status(held);
		try {
			await sleep(POLL_MS, undefined, { signal });
		} catch {
			throw new Error(`${held}, and is not waited for any longer`);
		}
	}
}

/** What the object says of its end; undefined when it is gone. */
async function holds(
	read: () => Promise<PropertyMap>,
): Promise<string | undefined> {
	try {
		const finalizers = at(await read(), "metadata", "finalizers");
		const by = Array.isArray(finalizers) ? finalizers.join(", ") : "";
		return by === "" ? "still exists" : `still exists, held by ${by},`;
	} catch (error) {
		if (isNotFound(error)) return undefined;
		if (error instanceof UnreachableError) return `may exist: ${error.message}`;
		throw error;
	}
}
