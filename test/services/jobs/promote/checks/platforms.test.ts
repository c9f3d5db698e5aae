import { describe, expect, test } from "vitest";
import { checkPlatforms } from "../../../../../services/jobs/promote/checks/platforms.ts";
import { demandsOf, factsOf, onAmd64 } from "./check-harness.ts";

const check = (required: readonly string[], present: readonly string[]) =>
	checkPlatforms(
		factsOf({
			platforms: present.map((platform) => ({ ...onAmd64, platform })),
		}),
		demandsOf({ platforms: required }),
	);

describe("an image passes", () => {
	test.each([
		["that has just the platforms", ["linux/amd64"], ["linux/amd64"]],
		["that has more", ["linux/amd64"], ["linux/arm64", "linux/amd64"]],
		[
			"whose platform has a variant besides",
			["linux/arm64"],
			["linux/arm64/v8"],
		],
		["whose variant is the one", ["linux/arm/v7"], ["linux/arm/v7"]],
		["of which none is asked", [], []],
	])("%s", (_, required, present) => {
		expect(check(required, present)).toEqual({ passed: true });
	});
});

describe("an image does not pass", () => {
	test.each([
		[
			"that has another",
			["linux/amd64"],
			["linux/arm64"],
			"linux/amd64",
			"linux/arm64",
		],
		[
			"that has a longer name",
			["linux/arm"],
			["linux/arm64"],
			"linux/arm",
			"linux/arm64",
		],
		[
			"whose variant is another",
			["linux/arm/v7"],
			["linux/arm/v6"],
			"linux/arm/v7",
			"linux/arm/v6",
		],
		[
			"whose variant is not told",
			["linux/arm/v7"],
			["linux/arm"],
			"linux/arm/v7",
			"linux/arm",
		],
		["that has none", ["linux/amd64"], [], "linux/amd64", "none"],
		[
			"that lacks several",
			["linux/amd64", "linux/arm64", "linux/s390x"],
			["linux/arm64"],
			"linux/amd64, linux/s390x",
			"linux/arm64",
		],
	])("%s", (_, required, present, missing, got) => {
		expect(check(required, present)).toEqual({
			passed: false,
			reason: `platform ${missing} is missing, got ${got}; expected ${required.join(", ")}. Fix: build for all of them`,
		});
	});
});
