import {
	createPrivateKey,
	generateKeyPairSync,
	randomBytes,
	sign,
} from "node:crypto";
import { importJWK, jwtVerify } from "jose";
import { describe, expect, test } from "vitest";
import { allows, registryTokens } from "../../../services/gate/tokens.ts";
import { privateKey, publicJwk } from "../../../topology/signing-key.ts";

const NOW = Date.UTC(2026, 10, 24, 12);
const SECONDS = NOW / 1000;
const seed = randomBytes(32).toString("base64");
const names = { issuer: "gate.prod.test", service: "prod.test" };
const access = [{ type: "repository", name: "team/app", actions: ["pull"] }];
const grant = { subject: "ci", access, lifetimeSeconds: 300 };

const at = (seconds: number) =>
	registryTokens(names, seed, () => NOW + seconds * 1000);
const { token } = at(0).mint(grant);

describe("mint", () => {
	test("makes a token that jose verifies with the published key", async () => {
		const { kid } = publicJwk(seed);
		const { payload, protectedHeader } = await jwtVerify(
			token,
			await importJWK(publicJwk(seed)),
			{
				issuer: names.issuer,
				audience: names.service,
				algorithms: ["EdDSA"],
				currentDate: new Date(NOW),
			},
		);
		expect(protectedHeader).toEqual({ typ: "JWT", alg: "EdDSA", kid });
		const { jti, ...claims } = payload;
		expect(jti).toMatch(/^[0-9a-f-]{36}$/);
		expect(claims).toEqual({
			iss: "gate.prod.test",
			sub: "ci",
			aud: "prod.test",
			exp: SECONDS + 300,
			nbf: SECONDS,
			iat: SECONDS,
			access,
		});
	});

	test("gives every token an id of its own", () => {
		expect(at(0).mint(grant).token).not.toBe(token);
	});
});

describe("verify", () => {
	test("takes its own token from a minute before to a minute after its time", () => {
		expect(at(0).verify(token)?.sub).toBe("ci");
		expect(at(-60).verify(token)?.sub).toBe("ci");
		expect(at(-61).verify(token)).toBeUndefined();
		expect(at(360).verify(token)?.sub).toBe("ci");
		expect(at(361).verify(token)).toBeUndefined();
	});

	test("refuses the token of another issuer or audience with the same key", () => {
		for (const other of [
			{ ...names, issuer: "gate.other.test" },
			{ ...names, service: "other.test" },
		]) {
			const foreign = registryTokens(other, seed, () => NOW).mint(grant);
			expect(at(0).verify(foreign.token)).toBeUndefined();
		}
	});

	test("refuses a token signed with another key under the right key id", () => {
		const other = createPrivateKey({
			key: generateKeyPairSync("ed25519").privateKey.export({
				format: "jwk",
			}),
			format: "jwk",
		});
		const signed = token.slice(0, token.lastIndexOf("."));
		const forged = `${signed}.${sign(null, Buffer.from(signed), other).toString("base64url")}`;
		expect(at(0).verify(forged)).toBeUndefined();
	});

	test("refuses changed claims", () => {
		const [head, payload, signature] = token.split(".");
		const claims = JSON.parse(
			Buffer.from(payload ?? "", "base64url").toString(),
		);
		const changed = encode({ ...claims, sub: "promoter" });
		expect(at(0).verify(`${head}.${changed}.${signature}`)).toBeUndefined();
	});

	const { kid } = publicJwk(seed);
	test.each([
		["no algorithm", { typ: "JWT", alg: "none", kid }],
		["another algorithm", { typ: "JWT", alg: "HS256", kid }],
		[
			"an embedded key",
			{ typ: "JWT", alg: "EdDSA", kid, jwk: publicJwk(seed) },
		],
		["a certificate chain", { typ: "JWT", alg: "EdDSA", kid, x5c: ["AA=="] }],
		["a critical extension", { typ: "JWT", alg: "EdDSA", kid, crit: ["b64"] }],
		["an unknown key id", { typ: "JWT", alg: "EdDSA", kid: "x" }],
	])("refuses a header with %s, even with a good signature", (_, header) => {
		const [, payload] = token.split(".");
		const signed = `${encode(header)}.${payload}`;
		const signature = sign(null, Buffer.from(signed), privateKey(seed));
		const forged = `${signed}.${signature.toString("base64url")}`;
		expect(at(0).verify(forged)).toBeUndefined();
	});

	test.each([
		"",
		"a",
		"a.b",
		"a.b.c",
		`${token}.x`,
		`${token.slice(0, -4)}AAAA`,
	])("refuses malformed token %#", (text) => {
		expect(at(0).verify(text)).toBeUndefined();
	});
});

test("a token allows an action on exactly the repository it names", () => {
	const claims = at(0).verify(
		at(0).mint({
			...grant,
			access: [
				{ type: "repository", name: "team/app", actions: ["pull", "push"] },
				{ type: "registry", name: "team/other", actions: ["push"] },
				{ type: "repository", name: "*", actions: ["push"] },
				{ type: "repository", name: "team/star", actions: ["*"] },
			],
		}).token,
	);
	if (!claims) throw new Error("the token is not valid");
	expect(allows(claims, "team/app", "push")).toBe(true);
	expect(allows(claims, "team/app", "delete")).toBe(false);
	expect(allows(claims, "team/other", "push")).toBe(false);
	expect(allows(claims, "team/app/sub", "push")).toBe(false);
	expect(allows(claims, "team/star", "push")).toBe(false);
});

function encode(value: unknown) {
	return Buffer.from(JSON.stringify(value)).toString("base64url");
}
