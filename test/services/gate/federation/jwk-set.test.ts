import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { parseJwkSet } from "../../../../services/gate/federation/jwk-set.ts";

const jwkOf = (type: "rsa" | "ec" | "ed25519" | "x25519", options = {}) =>
	generateKeyPairSync(
		type as "rsa",
		options as { modulusLength: number },
	).publicKey.export({ format: "jwk" });
const rsa = jwkOf("rsa", { modulusLength: 2048 });
const ec = jwkOf("ec", { namedCurve: "P-256" });
const ed = jwkOf("ed25519");
const privateEd = generateKeyPairSync("ed25519").privateKey.export({
	format: "jwk",
});

function idsOf(...keys: unknown[]): string[] | string {
	try {
		return [...parseJwkSet({ keys }).keys()];
	} catch (error) {
		return (error as Error).message;
	}
}

test("the kind of a key is its one algorithm", () => {
	const keys = parseJwkSet({
		keys: [
			{ ...rsa, kid: "r", use: "sig", alg: "RS256" },
			{ ...ec, kid: "e" },
			{ ...ed, kid: "d", key_ops: ["verify"], alg: "EdDSA" },
		],
	});
	expect([...keys.values()].map((key) => [key.kid, ...key.algorithms])).toEqual(
		[
			["r", "RS256"],
			["e", "ES256"],
			["d", "EdDSA", "Ed25519"],
		],
	);
});

describe("left out, whatever else is in the set, is a key", () => {
	test.each([
		["for encryption", { ...rsa, kid: "x", use: "enc" }],
		["for signing only", { ...rsa, kid: "x", key_ops: ["sign"] }],
		["for another algorithm of its kind", { ...rsa, kid: "x", alg: "PS256" }],
		["for an algorithm that is no text", { ...rsa, kid: "x", alg: 1 }],
		["for HMAC", { kty: "oct", kid: "x", k: "c2VjcmV0" }],
		["for HMAC under another kind", { ...rsa, kid: "x", alg: "HS256" }],
		["without an id", rsa],
		["with an empty id", { ...rsa, kid: "" }],
		["with an id that is no text", { ...rsa, kid: 1 }],
		["with an endless id", { ...rsa, kid: "x".repeat(257) }],
		["of 1024 bits", { ...jwkOf("rsa", { modulusLength: 1024 }), kid: "x" }],
		["of another curve", { ...jwkOf("ec", { namedCurve: "P-384" }), kid: "x" }],
		["for key agreement", { ...jwkOf("x25519"), kid: "x" }],
		["with its private half", { ...privateEd, kid: "x" }],
		["that is broken", { kty: "EC", crv: "P-256", x: "AA", y: "AA", kid: "x" }],
		["that is no object", "x"],
		["that is nothing", null],
	])("%s", (_, key) => {
		expect(idsOf(key, { ...ec, kid: "good" })).toEqual(["good"]);
		expect(idsOf(key)).toBe("none of its keys is for RS256, ES256 or EdDSA");
	});
});

test("two keys of one id are no set", () => {
	expect(idsOf({ ...rsa, kid: "x" }, { ...ec, kid: "x" })).toBe(
		"two of its keys have one id",
	);
});

test("a flood of keys is no set", () => {
	const flood = Array.from({ length: 33 }, (_, i) => ({ ...ed, kid: `${i}` }));
	expect(idsOf(...flood)).toBe("it has 33 keys: expected at most 32");
	expect(idsOf(...flood.slice(1))).toHaveLength(32);
});

test.each([[null], [[]], [{}], [{ keys: {} }], ["x"], [7]])(
	"%j is no set",
	(set) => {
		expect(() => parseJwkSet(set)).toThrow("its keys are not a JWK set");
	},
);
