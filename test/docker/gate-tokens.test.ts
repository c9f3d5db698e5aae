import {
	createHmac,
	createPublicKey,
	generateKeyPairSync,
	type KeyObject,
	randomBytes,
	sign,
} from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { registryTokens } from "../../services/gate/tokens.ts";
import { privateKey, publicJwk } from "../../topology/signing-key.ts";
import { startTokenRegistry } from "./gate-estate.ts";
import { selfSigned } from "./gate-x509.ts";
import type { RunningRegistry } from "./registry-server.ts";

const names = { service: "registry.test", issuer: "gate.registry.test" };
const seed = randomBytes(32).toString("base64");
const own = privateKey(seed);
const jwk = publicJwk(seed);
const attacker = generateKeyPairSync("ed25519").privateKey;
const now = Math.floor(Date.now() / 1000);

const HEADER = { typ: "JWT", alg: "EdDSA", kid: jwk.kid };
const access = (name: string, ...actions: string[]) => ({
	type: "repository",
	name,
	actions,
});
const CLAIMS = {
	iss: names.issuer,
	sub: "ci",
	aud: names.service as unknown,
	exp: (now + 300) as unknown,
	nbf: now,
	iat: now,
	jti: "x",
	access: [access("team/app", "pull", "push")],
};

type Claims = Partial<Record<keyof typeof CLAIMS, unknown>>;

const encode = (value: unknown) =>
	Buffer.from(JSON.stringify(value)).toString("base64url");

function jwt(header: object, claims: Claims, key: KeyObject = own): string {
	const signed = `${encode(header)}.${encode(claims)}`;
	const signature = sign(null, Buffer.from(signed), key).toString("base64url");
	return `${signed}.${signature}`;
}

function hs256(secret: string | Buffer): string {
	const signed = `${encode({ ...HEADER, alg: "HS256" })}.${encode(CLAIMS)}`;
	const mac = createHmac("sha256", secret).update(signed).digest("base64url");
	return `${signed}.${mac}`;
}

const claims = (changes: Claims) => jwt(HEADER, { ...CLAIMS, ...changes });
const certificate = selfSigned(attacker, "attacker").toString("base64");
const attackerJwk = createPublicKey(attacker).export({ format: "jwk" });

// Pushing starts with a POST that needs pull and push on the repository.
const PUSH = ["POST", "/v2/team/app/blobs/uploads/"] as const;
const PULL = ["GET", "/v2/team/app/tags/list"] as const;
const DELETE = ["DELETE", "/v2/team/app/manifests/x"] as const;
const CATALOG = ["GET", "/v2/_catalog"] as const;
const MOUNT = [
	"POST",
	`/v2/team/app/blobs/uploads/?mount=sha256:${"0".repeat(64)}&from=team/secret`,
] as const;

let registry: RunningRegistry;
beforeAll(async () => {
	registry = await startTokenRegistry(names, seed);
});
afterAll(() => registry?.stop());

async function statusOf(
	[method, path]: readonly [string, string],
	token: string,
) {
	const answer = await fetch(`${registry.url}${path}`, {
		method,
		headers: { Authorization: `Bearer ${token}` },
	});
	await answer.arrayBuffer();
	return answer.status;
}

describe("distribution takes no token the gate did not mint", () => {
	test.each([
		[
			"no algorithm",
			`${encode({ ...HEADER, alg: "none" })}.${encode(CLAIMS)}.`,
		],
		["no algorithm, with a signature", jwt({ ...HEADER, alg: "none" }, CLAIMS)],
		[
			"HMAC with the public key as secret",
			hs256(Buffer.from(jwk.x, "base64url")),
		],
		["HMAC with the public key's text as secret", hs256(jwk.x)],
		[
			"HMAC with the PEM of the public key as secret",
			hs256(createPublicKey(own).export({ format: "pem", type: "spki" })),
		],
		["HMAC with an empty secret", hs256("")],
		["the signature of another key", jwt(HEADER, CLAIMS, attacker)],
		[
			"an embedded key under the trusted key's id",
			jwt(
				{ ...HEADER, jwk: { ...attackerJwk, kid: jwk.kid } },
				CLAIMS,
				attacker,
			),
		],
		[
			"an embedded key under an id of its own",
			jwt(
				{ ...HEADER, kid: "own", jwk: { ...attackerJwk, kid: "own" } },
				CLAIMS,
				attacker,
			),
		],
		[
			"a foreign certificate chain",
			jwt({ ...HEADER, x5c: [certificate] }, CLAIMS, attacker),
		],
		[
			"a foreign certificate chain and no key id",
			jwt({ typ: "JWT", alg: "EdDSA", x5c: [certificate] }, CLAIMS, attacker),
		],
		[
			"a certificate chain in an embedded key",
			jwt(
				{ ...HEADER, jwk: { ...attackerJwk, x5c: [certificate] } },
				CLAIMS,
				attacker,
			),
		],
		["an unknown key id", jwt({ ...HEADER, kid: "unknown" }, CLAIMS)],
		["no key id", jwt({ typ: "JWT", alg: "EdDSA" }, CLAIMS)],
		[
			"changed claims",
			claims({}).replace(
				/\..+\./,
				`.${encode({ ...CLAIMS, sub: "promoter" })}.`,
			),
		],
		["no signature", claims({}).replace(/\.[^.]+$/, ".")],
		["no token at all", "x"],
	])("with %s", async (_, token) => {
		expect(await statusOf(PUSH, token)).toBe(401);
		expect(registryTokens(names, seed).verify(token)).toBeUndefined();
	});

	test.each([
		["another audience", { aud: "other.test" }],
		["several audiences without its own", { aud: ["a.test", "b.test"] }],
		["another issuer", { iss: "gate.other.test" }],
		["no expiry", { exp: undefined }],
		["an expiry that is a text", { exp: String(now + 300) }],
		["an expiry more than a minute ago", { exp: now - 62 }],
		["a beginning more than a minute ahead", { nbf: now + 120 }],
	])("with %s", async (_, changes) => {
		expect(await statusOf(PUSH, claims(changes))).toBe(401);
		expect(registryTokens(names, seed).verify(claims(changes))).toBeUndefined();
	});
});

describe("distribution takes a token for what it says and nothing else", () => {
	const allowing = (...entries: unknown[]) => claims({ access: entries });

	test.each([
		["every repository by *", PUSH, allowing(access("*", "pull", "push"))],
		[
			"every repository of a team by *",
			PUSH,
			allowing(access("team/*", "pull", "push")),
		],
		["another repository", PUSH, allowing(access("team/ap", "pull", "push"))],
		["pull, to push", PUSH, allowing(access("team/app", "pull"))],
		["push, to push without pull", PUSH, allowing(access("team/app", "push"))],
		[
			"pull and push, to delete",
			DELETE,
			allowing(access("team/app", "pull", "push")),
		],
		[
			"the target, to mount from a source",
			MOUNT,
			allowing(access("team/app", "pull", "push")),
		],
		[
			"a repository, to list all of them",
			CATALOG,
			allowing(access("catalog", "*")),
		],
		["nothing", PULL, allowing()],
	])("not one for %s", async (_, request, token) => {
		expect(await statusOf(request, token)).toBe(401);
	});

	test("and refuses with insufficient_scope, never with 403", async () => {
		const answer = await fetch(`${registry.url}${PUSH[1]}`, {
			method: "POST",
			headers: { Authorization: `Bearer ${allowing()}` },
		});
		expect(answer.status).toBe(401);
		expect(answer.headers.get("www-authenticate")).toContain(
			'error="insufficient_scope"',
		);
	});

	test("a token of the gate pushes", async () => {
		const { token } = registryTokens(names, seed).mint({
			subject: "ci",
			access: CLAIMS.access,
			lifetimeSeconds: 300,
		});
		expect(await statusOf(PUSH, token)).toBe(202);
	});

	test("several entries for one repository are united", async () => {
		const entries = [access("team/app", "pull"), access("team/app", "push")];
		expect(await statusOf(PUSH, allowing(...entries))).toBe(202);
	});

	// What the registry would take and the gate therefore never mints; see tokens.test.ts, grants.test.ts.
	test.each([
		["a token that never ends", claims({ exp: 253_402_300_799 })],
		["a token that ended less than a minute ago", claims({ exp: now - 20 })],
		["a token that begins in less than a minute", claims({ nbf: now + 20 })],
		[
			"a token for several audiences",
			claims({ aud: ["a.test", names.service] }),
		],
		["a token for the action *", allowing(access("team/app", "*"))],
	])("%s is taken, so it depends on the gate", async (_, token) => {
		expect(await statusOf(PUSH, token)).toBe(202);
	});
});
