import { expect, test } from "vitest";
import { checkSize } from "../../../../../services/jobs/promote/checks/size.ts";
import type { Digest } from "../../../../../services/oci/digest.ts";
import { AMD64, ARM64, demandsOf, factsOf } from "./check-harness.ts";

const MIB = 1024 * 1024;
const check = (...layers: readonly (readonly [Digest, number])[]) =>
	checkSize(
		factsOf({ layers: new Map(layers) }),
		demandsOf({ maxLayerMiB: 2, maxImageMiB: 3 }),
	);

test("an image at the limits passes", () => {
	expect(check([AMD64, 2 * MIB], [ARM64, MIB])).toEqual({ passed: true });
});

test("an image without layers passes", () => {
	expect(check()).toEqual({ passed: true });
});

test("one byte more in a layer does not pass", () => {
	expect(check([AMD64, 2 * MIB + 1])).toEqual({
		passed: false,
		reason:
			"the largest layer has 2.0 MiB; expected at most 2 MiB. Fix: leave out what production does not need",
	});
});

test("layers that are too large together do not pass", () => {
	expect(check([AMD64, 2 * MIB], [ARM64, 1.5 * MIB])).toEqual({
		passed: false,
		reason:
			"the image has 3.5 MiB; expected at most 3 MiB. Fix: leave out what production does not need",
	});
});

test("both limits are told at once", () => {
	expect(check([AMD64, 10 * MIB])).toEqual({
		passed: false,
		reason:
			"the largest layer has 10.0 MiB; expected at most 2 MiB. Fix: leave out what production does not need; the image has 10.0 MiB; expected at most 3 MiB. Fix: leave out what production does not need",
	});
});
