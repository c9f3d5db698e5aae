import { expect, test } from "vitest";
import {
	formatDuration,
	isDuration,
	parseDuration,
} from "../../../toolchain/providers/duration.ts";

// Pairs from Go's time package tests.
test.each([
	["0s", 0],
	["1ns", 1],
	["1.1µs", 1100],
	["500ms", 500e6],
	["2.2ms", 2.2e6],
	["30s", 30e9],
	["3.3s", 3.3e9],
	["1m30s", 90e9],
	["4m5s", 245e9],
	["5h6m7.001s", 18367.001e9],
	["2h0m0s", 7200e9],
])("%s is %d nanoseconds, and back", (text, nanoseconds) => {
	expect(parseDuration(text)).toBe(nanoseconds);
	expect(formatDuration(nanoseconds)).toBe(text);
});

test("reads other spellings, and writes Go's", () => {
	expect(formatDuration(parseDuration("90s"))).toBe("1m30s");
	expect(formatDuration(parseDuration("1.5h"))).toBe("1h30m0s");
	expect(formatDuration(parseDuration("0.5m"))).toBe("30s");
	expect(formatDuration(parseDuration("0"))).toBe("0s");
});

test.each(["", "30", "s", "1 s", "-1s", "1s!", "one second"])(
	"%j is no duration",
	(text) => {
		expect(isDuration(text)).toBe(false);
		expect(() => parseDuration(text)).toThrow(
			`"${text}" is not a duration such as 30s or 1m30s`,
		);
	},
);
