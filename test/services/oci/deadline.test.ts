import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Deadline } from "../../../services/oci/deadline.ts";
import { RetryableError } from "../../../services/oci/errors.ts";

beforeEach(() => {
	vi.useFakeTimers();
});
afterEach(() => {
	vi.useRealTimers();
});

test("aborts when its time is over", () => {
	const deadline = new Deadline(undefined);
	deadline.set(100, "too slow");
	vi.advanceTimersByTime(99);
	expect(deadline.signal.aborted).toBe(false);
	vi.advanceTimersByTime(1);
	expect(deadline.signal.reason).toEqual(new RetryableError("too slow"));
});

test("counts anew whenever something moves", () => {
	const deadline = new Deadline(undefined);
	deadline.set(100, "too slow");
	for (let i = 0; i < 5; i++) {
		vi.advanceTimersByTime(60);
		deadline.refresh();
	}
	expect(deadline.signal.aborted).toBe(false);
	vi.advanceTimersByTime(100);
	expect(deadline.signal.aborted).toBe(true);
});

test("a new time replaces the one before", () => {
	const deadline = new Deadline(undefined);
	deadline.set(10, "first");
	deadline.set(100, "second");
	vi.advanceTimersByTime(99);
	expect(deadline.signal.aborted).toBe(false);
	vi.advanceTimersByTime(1);
	expect(deadline.signal.reason).toEqual(new RetryableError("second"));
});

test("follows another signal, with its reason", () => {
	const outer = new AbortController();
	const deadline = new Deadline(outer.signal);
	outer.abort("stopped");
	expect(deadline.signal.reason).toBe("stopped");
	expect(new Deadline(outer.signal).signal.reason).toBe("stopped");
});

test("leaves nothing behind when it is cleared", () => {
	const outer = new AbortController();
	const deadline = new Deadline(outer.signal);
	deadline.set(100, "too slow");
	deadline.clear();
	outer.abort();
	expect(vi.getTimerCount()).toBe(0);
	expect(deadline.signal.aborted).toBe(false);
});
