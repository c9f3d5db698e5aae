import {
	createServer,
	type IncomingMessage,
	type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import {
	type CryptoKey,
	exportJWK,
	generateKeyPair,
	type JWK,
	type JWTHeaderParameters,
	SignJWT,
} from "jose";
import { onTestFinished } from "vitest";
import type { Identity } from "../../../../topology/identity-spec.ts";

/** An OpenID Connect issuer on this machine, over HTTP. It says and does what a test wants. */
export interface TestIssuer {
	/** Its name in tokens. */
	readonly url: string;
	/** What was asked of it, in order. */
	readonly asked: string[];
	/** The keys it publishes. */
	keys: readonly unknown[];
	/** Answers instead of it; for outages and lies. */
	respond:
		| ((request: IncomingMessage, response: ServerResponse) => void)
		| null;
	/** The discovery document's members that are not as they should be. */
	discovery: Readonly<Record<string, unknown>>;
	/** A token as a CI job gets it, with some claims changed; `undefined` leaves a claim out. */
	token(
		claims?: Readonly<Record<string, unknown>>,
		by?: Signer,
	): Promise<string>;
	/** An identity of this issuer for CI. */
	identity(changes?: Partial<Identity>): Identity;
}

/** Who signs a token, and what its header says. */
export interface Signer {
	readonly key?: CryptoKey | Uint8Array;
	readonly header?: Readonly<Record<string, unknown>>;
}

export interface TestKey {
	readonly jwk: JWK;
	readonly privateKey: CryptoKey;
}

/** A key pair of an issuer. */
export async function testKey(kid: string, alg = "RS256"): Promise<TestKey> {
	const { publicKey, privateKey } = await generateKeyPair(alg, {
		extractable: true,
	});
	return { jwk: { ...(await exportJWK(publicKey)), kid }, privateKey };
}

/** Starts an issuer with one key; it ends with the test. */
export async function startIssuer(key?: TestKey): Promise<TestIssuer> {
	const { jwk, privateKey } = key ?? (await testKey("first"));
	const server = createServer((request, response) => {
		issuer.asked.push(request.url ?? "");
		if (issuer.respond) return issuer.respond(request, response);
		const keys = request.url === "/jwks";
		const type = keys ? "application/jwk-set+json" : "application/json";
		// As Kubernetes does: no other type will do.
		if (!request.headers.accept?.includes(type)) {
			return response.writeHead(406).end();
		}
		response.setHeader("Content-Type", type);
		const document = keys
			? { keys: issuer.keys }
			: { issuer: url, jwks_uri: `${url}/jwks`, ...issuer.discovery };
		response.end(JSON.stringify(document));
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	onTestFinished(async () => {
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	});
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	const issuer: TestIssuer = {
		url,
		asked: [],
		keys: [jwk],
		respond: null,
		discovery: {},
		token: (claims = {}, { key = privateKey, header = {} } = {}) => {
			const now = Math.floor(Date.now() / 1000);
			const all = {
				iss: url,
				sub: "repo:acme/app:ref:refs/heads/main",
				aud: "ci-snapshots.test",
				exp: now + 300,
				iat: now,
				repository: "acme/app",
				...claims,
			};
			const protectedHeader = { alg: "RS256", kid: jwk.kid, ...header };
			return new SignJWT(JSON.parse(JSON.stringify(all)))
				.setProtectedHeader(protectedHeader as JWTHeaderParameters)
				.sign(key);
		},
		identity: (changes = {}) => ({
			name: "forge",
			issuer: url,
			principal: "ci",
			claims: { repository: "acme/.*" },
			internal: true,
			...changes,
		}),
	};
	return issuer;
}
