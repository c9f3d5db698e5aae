import { describe, expect, test } from "vitest";
import { checkSbom } from "../../../../../services/jobs/promote/checks/sbom.ts";
import type { Digest } from "../../../../../services/oci/digest.ts";
import { IMAGE } from "../signatures/signed.ts";
import { AMD64, ARM64, demandsOf, factsOf, onAmd64 } from "./check-harness.ts";

const onArm64 = { ...onAmd64, digest: ARM64, platform: "linux/arm64" };
const check = (withSbom: readonly Digest[], platforms = [onAmd64, onArm64]) =>
	checkSbom(
		factsOf({ platforms, withSbom: new Set(withSbom) }),
		demandsOf({ sbom: true }),
	);

test.each([
	["the image as a whole has one", [IMAGE]],
	["each of its platforms has one", [AMD64, ARM64]],
])("passes when %s", (_, withSbom) => {
	expect(check(withSbom)).toEqual({ passed: true });
});

test("passes when none is asked for", () => {
	expect(checkSbom(factsOf(), demandsOf())).toEqual({ passed: true });
});

describe("does not pass", () => {
	test("when nothing has one", () => {
		expect(check([])).toEqual({
			passed: false,
			reason:
				"no SBOM is attached; expected one of SPDX or CycloneDX. Fix: attach it, e.g. with cosign attest --type spdxjson",
		});
	});

	test("when one of its platforms has none", () => {
		expect(check([AMD64])).toEqual({
			passed: false,
			reason:
				"no SBOM is attached for linux/arm64; expected one of SPDX or CycloneDX. Fix: attach it, e.g. with cosign attest --type spdxjson",
		});
	});

	test("when it is of no platform and has none", () => {
		expect(check([], [])).toEqual({
			passed: false,
			reason:
				"no SBOM is attached; expected one of SPDX or CycloneDX. Fix: attach it, e.g. with cosign attest --type spdxjson",
		});
	});
});
