import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { statementIn } from "../../../../services/jobs/promote/statement.ts";
import { builtImage, inTotoStatement, SPDX } from "./built-images.ts";
import { keyBundle, keyOf } from "./signatures/signed.ts";

const app = builtImage();
const statement = inTotoStatement(app);
const bundle = keyBundle(keyOf().privateKey, statement);
const read = (json: unknown) => statementIn(Buffer.from(JSON.stringify(json)));
const base64 = (json: unknown) =>
	Buffer.from(JSON.stringify(json)).toString("base64");

test.each([
	["by itself", statement],
	["in an envelope", bundle.dsseEnvelope],
	["in a bundle", bundle],
])("a statement is read %s", (_, json) => {
	expect(read(json)).toEqual({ predicateType: SPDX, subjects: [app.digest] });
});

test("subjects without a SHA-256 are left out", () => {
	const subject = [
		{ digest: { sha512: "a" } },
		{ name: "app", digest: { sha256: app.digest.slice(7) } },
		{ digest: {} },
	];
	expect(read({ ...statement, subject })).toEqual({
		predicateType: SPDX,
		subjects: [app.digest],
	});
});

// Two readers must not find two statements in the same bytes.
test("what an envelope holds counts, not what stands beside it", () => {
	const provenance = { ...statement, predicateType: "https://slsa.dev/x" };
	expect(read({ ...statement, payload: base64(provenance) })).toEqual({
		predicateType: "https://slsa.dev/x",
		subjects: [app.digest],
	});
});

describe("there is no statement", () => {
	test.each([
		["without a type", { ...statement, predicateType: undefined }],
		["without subjects", { ...statement, subject: undefined }],
		["with a subject that is no map", { ...statement, subject: ["app"] }],
		["in a list", [statement]],
		["in an envelope in an envelope", { payload: base64(bundle.dsseEnvelope) }],
		["in a bundle of bytes", { messageSignature: {} }],
	])("%s", (_, json) => {
		expect(read(json)).toBeUndefined();
	});
});

test("never throws, whatever the bytes", () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
			statementIn(bytes);
			statementIn(Buffer.from(JSON.stringify({ payload: base64([...bytes]) })));
		}),
	);
});

test("never throws, whatever stands in the place of a part", () => {
	const parts = fc.constantFrom(
		"predicateType",
		"subject",
		"payload",
		"dsseEnvelope",
		"__proto__",
	);
	fc.assert(
		fc.property(parts, fc.jsonValue(), (part, value) => {
			const changed = { ...statement, [part]: value };
			const found = [
				read(changed),
				read({ payload: base64(changed) }),
				read({ dsseEnvelope: { payload: base64(changed) } }),
				read({ dsseEnvelope: value }),
			];
			for (const statement of found) {
				if (statement === undefined) continue;
				expect(statement.predicateType).toBeTypeOf("string");
				expect(statement.subjects.every((it) => it.startsWith("sha256:"))).toBe(
					true,
				);
			}
		}),
	);
});
