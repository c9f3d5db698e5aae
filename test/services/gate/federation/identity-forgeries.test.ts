import {
	createHmac,
	createPublicKey,
	generateKeyPairSync,
	randomBytes,
} from "node:crypto";
import type { JWK } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { selfSigned } from "../../../docker/gate-x509.ts";
import { basic, startFixture } from "../gate-fixture.ts";
import {
	startIssuer,
	type TestIssuer,
	type TestKey,
	testKey,
} from "./test-issuer.ts";

const TARGET = "/auth/token?service=ci-snapshots.test";
const seconds = () => Math.floor(Date.now() / 1000);
const encode = (value: unknown) =>
	Buffer.from(
		typeof value === "string" ? value : JSON.stringify(value),
	).toString("base64url");

let own: TestKey;
let attacker: TestKey;
let ec: TestKey;
let ed: TestKey;
beforeAll(async () => {
	own = await testKey("first");
	attacker = await testKey("first");
	ec = await testKey("ec", "ES256");
	ed = await testKey("ed", "EdDSA");
});

/** What becomes of a token: nothing when it opens, otherwise the reason in the log. */
async function refusalOf(
	make: (issuer: TestIssuer) => string | Promise<string>,
	prepare: (issuer: TestIssuer) => void = () => {},
): Promise<string | undefined> {
	const issuer = await startIssuer(own);
	prepare(issuer);
	const { send, log } = await startFixture({
		identities: [issuer.identity()],
	});
	const headers = basic("oidc", await make(issuer));
	const { status } = await send({ target: TARGET, headers });
	const reason = log.at(-1)?.reason;
	expect(status).toBe(reason === undefined ? 200 : 401);
	return reason?.replace("forge: ", "");
}

const WRONG = "the token's signature is not its key's";
const UNKNOWN = "the issuer has no key of the id that the token names";

const publicKey = (jwk: JWK) =>
	createPublicKey({ key: jwk as never, format: "jwk" });
const pem = (jwk: JWK) =>
	publicKey(jwk).export({ format: "pem", type: "spki" });
const der = (jwk: JWK) =>
	publicKey(jwk).export({ format: "der", type: "spki" });

/** A good token with another header and, in place of its signature, an HMAC or nothing. */
async function resigned(
	issuer: TestIssuer,
	header: object,
	secret?: string | Buffer,
) {
	const payload = (await issuer.token()).split(".")[1];
	const signed = `${encode({ kid: "first", ...header })}.${payload}`;
	const mac =
		secret === undefined
			? ""
			: createHmac("sha256", secret).update(signed).digest("base64url");
	return `${signed}.${mac}`;
}

test("a token with nothing wrong opens", async () => {
	expect(await refusalOf((issuer) => issuer.token())).toBeUndefined();
});

describe("the algorithm is the key's", () => {
	const HMAC =
		"the token's algorithm is 'HS256': expected RS256, as the kind of its key says";
	test.each([
		[
			"none",
			(issuer: TestIssuer) => resigned(issuer, { alg: "none" }),
			"the token's algorithm is 'none': expected RS256, as the kind of its key says",
		],
		[
			"none, with a signature",
			(issuer: TestIssuer) => resigned(issuer, { alg: "None" }, "x"),
			"the token's algorithm is 'None': expected RS256, as the kind of its key says",
		],
		[
			"HMAC with the public key's PEM as secret",
			(issuer: TestIssuer) => resigned(issuer, { alg: "HS256" }, pem(own.jwk)),
			HMAC,
		],
		[
			"HMAC with the public key's DER as secret",
			(issuer: TestIssuer) => resigned(issuer, { alg: "HS256" }, der(own.jwk)),
			HMAC,
		],
		[
			"HMAC with the public key's modulus as secret",
			(issuer: TestIssuer) => resigned(issuer, { alg: "HS256" }, own.jwk.n),
			HMAC,
		],
		[
			"HMAC with an empty secret",
			(issuer: TestIssuer) => resigned(issuer, { alg: "HS256" }, ""),
			HMAC,
		],
		[
			"RSA-PSS",
			(issuer: TestIssuer) => resigned(issuer, { alg: "PS256" }, "x"),
			"the token's algorithm is 'PS256': expected RS256, as the kind of its key says",
		],
		[
			"none at all",
			(issuer: TestIssuer) => resigned(issuer, {}, "x"),
			"the token does not name its key",
		],
	])("and not %s", async (_, make, reason) => {
		expect(await refusalOf(make)).toBe(reason);
	});

	test("also when the set holds a symmetric key", async () => {
		const k = randomBytes(32).toString("base64url");
		const oct = { kty: "oct", kid: "oct", alg: "HS256", k };
		expect(
			await refusalOf(
				(issuer) =>
					resigned(
						issuer,
						{ alg: "HS256", kid: "oct" },
						Buffer.from(k, "base64url"),
					),
				(issuer) => {
					issuer.keys = [...issuer.keys, oct];
				},
			),
		).toBe(UNKNOWN);
	});

	test.each([
		["ES256", () => ec],
		["EdDSA", () => ed],
		["Ed25519", () => ed],
	])("which may be %s", async (alg, signer) => {
		const { jwk, privateKey } = signer();
		expect(
			await refusalOf(
				(issuer) =>
					issuer.token({}, { key: privateKey, header: { alg, kid: jwk.kid } }),
				(issuer) => {
					issuer.keys = [...issuer.keys, jwk];
				},
			),
		).toBeUndefined();
	});
});

describe("the signature is made with a key that the issuer publishes", () => {
	test.each([
		["another key under a known id", {}, WRONG],
		["an unknown id", { kid: "unknown" }, UNKNOWN],
		["an id of a member that every object has", { kid: "__proto__" }, UNKNOWN],
		["no id", { kid: undefined }, "the token does not name its key"],
		["an id that is no text", { kid: 1 }, "the token does not name its key"],
	])("and not with %s", async (_, header, reason) => {
		const refusal = await refusalOf((issuer) =>
			issuer.token({}, { key: attacker.privateKey, header }),
		);
		expect(refusal).toBe(reason);
	});

	test("and not with one that the token brings along", async () => {
		const trap = await startIssuer(attacker);
		const certificate = selfSigned(
			generateKeyPairSync("ed25519").privateKey,
			"attacker",
		).toString("base64");
		for (const header of [
			{ jwk: attacker.jwk },
			{ jwk: { ...attacker.jwk, kid: "first" } },
			{ jku: `${trap.url}/jwks` },
			{ x5c: [certificate] },
			{ x5u: `${trap.url}/certificate` },
		]) {
			const refusal = await refusalOf((issuer) =>
				issuer.token({}, { key: attacker.privateKey, header }),
			);
			expect(refusal).toBe(WRONG);
		}
		expect(trap.asked).toEqual([]);
	});

	test.each([
		[
			"changed claims",
			([h, , s]: string[]) => `${h}.${encode({ sub: "x", iss: "?" })}.${s}`,
		],
		["no signature", ([h, p]: string[]) => `${h}.${p}.`],
		[
			"a shortened signature",
			([h, p, s]: string[]) => `${h}.${p}.${s?.slice(0, -4)}`,
		],
	])("and stands for %s no more", async (_, change) => {
		expect(
			await refusalOf(async (issuer) => {
				const token = change((await issuer.token()).split("."));
				return token.replace(
					encode({ sub: "x", iss: "?" }),
					encode({ sub: "x", iss: issuer.url }),
				);
			}),
		).toBe(WRONG);
	});

	test("and a critical extension that nobody knows is not passed over", async () => {
		expect(
			await refusalOf(async (issuer) => {
				const [, payload, signature] = (await issuer.token()).split(".");
				const header = { alg: "RS256", kid: "first", crit: ["x"], x: 1 };
				return `${encode(header)}.${payload}.${signature}`;
			}),
		).toBe(WRONG);
	});
});

describe("the claims say", () => {
	const audience = (what: string) =>
		`the token is for ${what}: expected 'ci-snapshots.test' alone`;
	const times =
		"the token does not say with numbers when it was issued and when it ends";
	const subject = (what: string) =>
		`the token's subject is ${what}: expected a text of at most 512 characters`;
	const at = (time: number) => new Date(time * 1000).toISOString();
	const now = seconds();

	test.each([
		["another audience", { aud: "prod.test" }, audience("'prod.test'")],
		["no audience", { aud: undefined }, audience("nothing")],
		[
			"several audiences",
			{ aud: ["ci-snapshots.test", "prod.test"] },
			audience("several"),
		],
		[
			"an audience in part",
			{ aud: "ci-snapshots.test." },
			audience("'ci-snapshots.test.'"),
		],
		["no end", { exp: undefined }, times],
		["an end that is a text", { exp: String(now + 300) }, times],
		["an end beyond all years", { exp: 1e300, iat: 1e300 }, times],
		["a beginning that is a text", { nbf: String(now) }, times],
		["no time of issue", { iat: undefined }, times],
		[
			"an end a minute ago",
			{ exp: now - 61, iat: now - 300 },
			`the token ended at ${at(now - 61)}`,
		],
		[
			"a beginning in two minutes",
			{ nbf: now + 120 },
			`the token begins at ${at(now + 120)}`,
		],
		[
			"an issue in two minutes",
			{ iat: now + 120 },
			`the token begins at ${at(now + 120)}`,
		],
		[
			"a life of more than a day",
			{ exp: now + 86_401, iat: now },
			"the token lives 86401 seconds: expected at most 86400",
		],
		[
			"a life until the year 9999",
			{ exp: 253_402_300_799, iat: now },
			`the token lives ${253_402_300_799 - now} seconds: expected at most 86400`,
		],
		["no subject", { sub: undefined }, subject("nothing")],
		["an empty subject", { sub: "" }, subject("''")],
		["a subject that is no text", { sub: 7 }, subject("a number")],
		["no issuer", { iss: undefined }, "the token has no issuer"],
		["an issuer that is no text", { iss: ["x"] }, "the token has no issuer"],
		[
			"another issuer",
			{ iss: "https://evil.test" },
			"the issuer 'https://evil.test' is not one of an identity here",
		],
		[
			"another owner",
			{ repository: "acme-evil/app" },
			"its claim repository is 'acme-evil/app': expected acme/.*",
		],
		[
			"an owner behind a line break",
			{ repository: "evil/app\nacme/app" },
			"its claim repository is 'evil/app\\u000aacme/app': expected acme/.*",
		],
		["no owner", { repository: undefined }, "it has no claim repository"],
		[
			"an owner in a list",
			{ repository: ["acme/app"] },
			"its claim repository is not a text",
		],
		[
			"an owner of great length",
			{ repository: `acme/${"x".repeat(1024)}` },
			"its claim repository is too long",
		],
	])("%s: nothing is opened", async (_, claims, reason) => {
		expect(await refusalOf((issuer) => issuer.token(claims))).toBe(reason);
	});

	test.each([
		["an end less than a minute ago", { exp: now - 20, iat: now - 300 }],
		["a beginning in less than a minute", { nbf: now + 20 }],
		["an issue in less than a minute", { iat: now + 20 }],
		["a life of a day", { iat: now, exp: now + 86_400 }],
		["a type of access tokens", {}, "at+jwt"],
		["a type in capitals", {}, "jwt"],
	])("%s: that is taken", async (_, claims, typ?: string) => {
		const header = typ === undefined ? {} : { typ };
		expect(
			await refusalOf((issuer) => issuer.token(claims, { header })),
		).toBeUndefined();
	});

	test("an issuer with a slash more: it is another one", async () => {
		expect(
			await refusalOf((issuer) => issuer.token({ iss: `${issuer.url}/` })),
		).toMatch(/^the issuer 'http:\S+\/' is not one of an identity here$/);
	});

	test.each(["logout+jwt", "secevent+jwt", 7])(
		"with type %s: it is no token of somebody who logs in",
		async (typ) => {
			expect(
				await refusalOf((issuer) => issuer.token({}, { header: { typ } })),
			).toBe(
				`the token is of type ${typ === 7 ? "a number" : `'${typ}'`}: expected JWT or at+jwt`,
			);
		},
	);

	test("two things with one name: neither counts", async () => {
		expect(
			await refusalOf(async (issuer) => {
				const [header, , signature] = (await issuer.token()).split(".");
				const twice = `{"iss":"${issuer.url}","sub":"a","sub":"b"}`;
				return `${header}.${encode(twice)}.${signature}`;
			}),
		).toBe("the token's payload has a member twice");
	});

	test("more than 16 KiB: it is not read", async () => {
		const { send, log } = await startFixture();
		const long = `${encode({ alg: "RS256" })}.${encode({ x: "y".repeat(16_384) })}.x`;
		const { status } = await send({
			method: "POST",
			target: "/auth/token",
			headers: { "Content-Type": "application/x-www-form-urlencoded" },
			body: `grant_type=password&service=ci-snapshots.test&username=x&password=${long}`,
		});
		expect(status).toBe(401);
		expect(log.at(-1)?.reason).toBe(
			`the token has ${long.length} characters: expected at most 16384`,
		);
	});

	test("nothing that is JSON: it is not read", async () => {
		expect(await refusalOf(() => `eyJ.eyJ.x`)).toBe(
			"the token's header is not JSON",
		);
	});
});
