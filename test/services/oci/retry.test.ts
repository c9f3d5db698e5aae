import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	backoffMs,
	DEFAULT_RETRY,
	retryAfterMs,
} from "../../../services/oci/retry.ts";

const NOW = Date.parse("2026-11-24T06:00:00Z");

describe("Retry-After", () => {
	test.each<[string | undefined, number | undefined]>([
		["0", 0],
		["120", 120_000],
		[" 5 ", 5_000],
		["Tue, 24 Nov 2026 06:00:30 GMT", 30_000],
		["Tue, 24 Nov 2026 05:00:00 GMT", 0],
		["Tue, 99 Foo 2026 05:00:00 GMT", undefined],
		["-1", undefined],
		["1.5", undefined],
		["1e3", undefined],
		["99999999999", undefined],
		["soon", undefined],
		["2026-11-24T07:00:00Z", undefined],
		["", undefined],
		[undefined, undefined],
	])("%j is a wait of %j ms", (header, wait) => {
		expect(retryAfterMs(header, NOW)).toBe(wait);
	});
});

test("a wait of our own is never longer than its step, nor than half a minute", () => {
	fc.assert(
		fc.property(
			fc.integer({ min: 1, max: 50 }),
			fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
			(attempt, random) => {
				const wait = backoffMs(attempt, DEFAULT_RETRY, () => random);
				expect(wait).toBeGreaterThanOrEqual(0);
				expect(wait).toBeLessThanOrEqual(
					Math.min(30_000, 1_000 * 2 ** (attempt - 1)),
				);
			},
		),
	);
});
