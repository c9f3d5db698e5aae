import { expect, test } from "vitest";
import { withinTime } from "../../../services/jobs/within-time.ts";

const never = new Int32Array(new SharedArrayBuffer(4));
/** Passes time without the processor, as a process does that the machine lets wait. */
const wait = (milliseconds: number) => Atomics.wait(never, 0, 0, milliseconds);

test("a pattern that tries again and again ends", () => {
	const started = Date.now();
	expect(
		withinTime(20, () => /^(a+)+$/.test(`${"a".repeat(60)}b`)),
	).toBeUndefined();
	expect(Date.now() - started).toBeLessThan(5_000);
});

test("work that had to wait for the processor is begun again and done", () => {
	let attempts = 0;
	const result = withinTime(100, () => {
		attempts += 1;
		// V8 ends it at the first step back after the time.
		if (attempts === 1) wait(150);
		for (let i = 0; i < 1_000; i++);
		return /^a+$/.test("aaa");
	});
	expect(result).toEqual({ result: true });
	expect(attempts).toBe(2);
});
