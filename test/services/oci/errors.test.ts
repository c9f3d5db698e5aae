import { expect, test } from "vitest";
import { RegistryError } from "../../../services/oci/errors.ts";
import {
	isTransient,
	parseOciErrors,
} from "../../../services/oci/oci-error.ts";
import { printable, printableUrl } from "../../../services/oci/printable.ts";

const body = (value: unknown) => Buffer.from(JSON.stringify(value));

test("a refusal says what was asked, the status and the registry's own words", () => {
	const error = new RegistryError("PUT http://prod/v2/a/manifests/1", 403, [
		{ code: "DENIED", message: "tag 1 is taken" },
		{ code: "UNKNOWN", message: "" },
	]);
	expect(error.message).toBe(
		"PUT http://prod/v2/a/manifests/1 was refused with status 403, DENIED: tag 1 is taken; UNKNOWN",
	);
	expect(error).toMatchObject({ status: 403, code: "DENIED" });
});

test("a refusal without words has no code", () => {
	const error = new RegistryError("GET http://prod/v2/", 404, []);
	expect(error.message).toBe("GET http://prod/v2/ was refused with status 404");
	expect(error.code).toBeUndefined();
});

test.each<[unknown, readonly object[]]>([
	[
		{ errors: [{ code: "DENIED", message: "no" }] },
		[{ code: "DENIED", message: "no" }],
	],
	[
		{ errors: [{ code: "DENIED", message: 1 }, null, { code: 1 }, "x"] },
		[{ code: "DENIED", message: "" }],
	],
	[{ errors: {} }, []],
	[[], []],
	[null, []],
	["<html>", []],
])("an error body %j says %j", (value, errors) => {
	expect(parseOciErrors(body(value))).toEqual(errors);
	expect(parseOciErrors(Buffer.from("<html>"))).toEqual([]);
});

test.each([
	[500, "UNKNOWN", true],
	[500, "MANIFEST_INVALID", false],
	[503, "UNAVAILABLE", true],
	[501, "UNSUPPORTED", false],
	[429, "TOOMANYREQUESTS", true],
	[404, "UNKNOWN", false],
])("status %i with %s passes: %s", (status, code, isPassing) => {
	expect(isTransient(status, body({ errors: [{ code }] }))).toBe(isPassing);
});

test("what a registry writes cannot write on a terminal or break a line", () => {
	expect(printable("a\u001b[2Jb\nc\u202ed\u2028e")).toBe(
		"a\\u001b[2Jb\\u000ac\\u202ed\\u2028e",
	);
});

test("more than 300 characters are cut", () => {
	expect(printable("x".repeat(300))).toBe("x".repeat(300));
	expect(printable("x".repeat(301))).toBe(`${"x".repeat(300)}…`);
});

test("a URL is shown without what may be secret in it", () => {
	expect(printableUrl(new URL("https://u:p@prod/v2/a?_state=canary#x"))).toBe(
		"https://prod/v2/a",
	);
});
