import { expect, test } from "vitest";
import { clockSkew } from "../../../services/oci/clock-skew.ts";

const NOON = Date.parse("2026-01-01T12:00:00Z");

test.each([
	["13:00:00", "3600 s ahead of"],
	["11:58:59", "61 s behind"],
] as const)(
	"at %s at the registry and noon at the token service, the clocks are named",
	(time, said) => {
		expect(clockSkew(`Thu, 01 Jan 2026 ${time} GMT`, NOON)).toBe(
			`its clock is ${said} that of the token service, expected at most 60 s. Fix: set both by the same time server`,
		);
	},
);

test.each([
	["a registry that is a minute ahead", "Thu, 01 Jan 2026 12:01:00 GMT", NOON],
	["a registry without a date", undefined, NOON],
	["a date that is none", "noon", NOON],
	[
		"a token service that never told",
		"Thu, 01 Jan 2026 13:00:00 GMT",
		undefined,
	],
] as const)("nothing is said of %s", (_, date, now) => {
	expect(clockSkew(date, now)).toBeUndefined();
});
