import { describe, expect, test } from "vitest";
import {
	conceal,
	hasSecret,
	hasUnknown,
	redact,
	revealAll,
	sameValue,
	secret,
	secretTexts,
	UNKNOWN,
} from "../../../toolchain/providers/values.ts";

const inputs = {
	plain: "a",
	password: secret("hunter22"),
	files: [{ name: "x", content: secret("line 1\nline 2") }],
	nested: secret({ inner: secret(["deep-secret"]) }),
	short: secret("abc"),
	pending: secret(UNKNOWN),
};

test("reveals secrets at any depth", () => {
	expect(revealAll(inputs)).toEqual({
		plain: "a",
		password: "hunter22",
		files: [{ name: "x", content: "line 1\nline 2" }],
		nested: { inner: ["deep-secret"] },
		short: "abc",
		pending: UNKNOWN,
	});
});

test("finds secrets and unknowns at any depth", () => {
	expect(hasSecret(inputs.files)).toBe(true);
	expect(hasSecret(inputs.plain)).toBe(false);
	expect(hasUnknown({ a: [secret({ b: UNKNOWN })] })).toBe(true);
	expect(hasUnknown({ a: ["known"] })).toBe(false);
});

test("collects the texts of secrets that can be recognised: four characters or more", () => {
	expect(secretTexts(inputs)).toEqual([
		"hunter22",
		"line 1\nline 2",
		"deep-secret",
	]);
});

describe("outputs made from revealed inputs", () => {
	test("get the marks of the input of the same name back, in the same places", () => {
		const outputs = revealAll(inputs);
		expect(conceal(outputs, inputs, [])).toEqual(inputs);
	});

	test("are secret as a whole when they changed on the way", () => {
		const files = [{ name: "x", content: "line 1\nline 2", mode: "0400" }];
		expect(conceal({ files }, inputs, [])).toEqual({ files: secret(files) });
	});

	test("are secret when a secret's text turns up in them, also across lines", () => {
		const outputs = {
			log: "user hunter22 logged in",
			dump: { lines: ["> line 1\nline 2 <"] },
			harmless: "hunter2",
		};
		expect(conceal(outputs, inputs, [])).toEqual({
			log: secret(outputs.log),
			dump: secret(outputs.dump),
			harmless: "hunter2",
		});
	});

	test("are secret when the schema says so", () => {
		expect(conceal({ result: "x" }, {}, ["result"])).toEqual({
			result: secret("x"),
		});
	});
});

test("a message loses the texts of secrets, the longest first", () => {
	const about = { a: secret("pass"), b: secret("password-1") };
	expect(redact("invalid password-1, not pass", about)).toBe(
		"invalid [secret], not [secret]",
	);
});

test("values are the same whatever the order of a map's keys", () => {
	expect(
		sameValue({ a: [1, { b: 2 }], c: 3 }, { c: 3, a: [1, { b: 2 }] }),
	).toBe(true);
	expect(sameValue({ a: 1 }, { a: 1, b: null })).toBe(false);
	expect(sameValue([1, 2], [2, 1])).toBe(false);
});
