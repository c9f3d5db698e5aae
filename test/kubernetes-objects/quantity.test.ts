import { expect, test } from "vitest";
import { parseQuantity } from "./quantity.ts";

test.each([
	["250m", 0.25],
	["1Ki", 1024],
	["1.5Gi", 1.5 * 2 ** 30],
	["128M", 128e6],
	["2", 2],
	[".5", 0.5],
	["1e3", 1000],
	["1E", 1e18],
	["-1k", -1000],
	[3, 3],
] as const)("reads %s as %d", (text, value) => {
	expect(parseQuantity(text)).toBeCloseTo(value, 9);
});

test.each(["", "Gi", "1 Gi", "1GB", "1KiB", "1ki", "1K", "0x10", "1e"])(
	"refuses '%s'",
	(text) => {
		expect(parseQuantity(text)).toBeUndefined();
	},
);
