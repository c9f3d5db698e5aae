import { expect, test } from "vitest";
import {
	cores,
	exceeds,
	mebibytes,
	parseQuantity,
} from "../../../toolchain/kubernetes/quantity.ts";

test.each([
	["0", 0],
	["2", 2],
	["0.5", 0.5],
	["250m", 0.25],
	["100n", 100 * 1e-9],
	["1k", 1_000],
	["1E", 1e18],
	["1e3", 1_000],
	["1E3", 1_000],
	["128Mi", 134_217_728],
	["1.5Gi", 1_610_612_736],
	["4030548Ki", 4_127_281_152],
])("reads %s as Kubernetes does", (quantity, number) => {
	expect(parseQuantity(quantity)).toBe(number);
});

test.each(["", "Gi", "1 Gi", "1gi", "1.2.3"])(
	"refuses '%s' instead of taking it for zero",
	(quantity) => {
		expect(() => parseQuantity(quantity)).toThrow(
			`not a quantity of Kubernetes, got '${quantity}'`,
		);
	},
);

test("writes amounts rounded up, so that what is asked for is enough", () => {
	expect(cores(0.2501)).toBe("251m");
	expect(cores(0.1 + 0.2)).toBe("300m");
	expect(mebibytes(2 ** 20 + 1)).toBe("2Mi");
});

test("a sum is more than a bound by what counts, not by how fractions are stored", () => {
	expect(exceeds(0.1 + 0.2, 0.3)).toBe(false);
	expect(exceeds(0.301, 0.3)).toBe(true);
	expect(exceeds(2 ** 40 + 1_024 ** 2, 2 ** 40)).toBe(true);
	expect(exceeds(0, 0)).toBe(false);
	expect(exceeds(1, 0)).toBe(true);
});
