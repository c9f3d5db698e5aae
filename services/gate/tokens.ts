import { createPublicKey, randomUUID, sign, verify } from "node:crypto";
import { privateKey, publicJwk } from "../../topology/signing-key.ts";

/** Actions on one resource, as the `access` claim lists them. */
export interface TokenAccess {
	readonly type: string;
	readonly name: string;
	readonly actions: readonly string[];
}

/** The claims of a distribution bearer token, https://distribution.github.io/distribution/spec/auth/jwt/ */
export interface TokenClaims {
	readonly iss: string;
	/** The principal; empty for anonymous clients. */
	readonly sub: string;
	readonly aud: string;
	/** Seconds since the epoch, like `nbf` and `iat`. */
	readonly exp: number;
	readonly nbf: number;
	readonly iat: number;
	readonly jti: string;
	readonly access: readonly TokenAccess[];
	/** The federated identity behind the principal, for the log. The registry ignores it. */
	readonly act?: Actor;
}

/** Who acts as a principal. https://www.rfc-editor.org/rfc/rfc8693#section-4.1 */
export interface Actor {
	/** Name of the identity in the configuration. */
	readonly identity: string;
	/** Whom the issuer calls so. */
	readonly sub: string;
}

/** What a token is minted for. */
export interface TokenGrant {
	readonly subject: string;
	readonly access: readonly TokenAccess[];
	readonly lifetimeSeconds: number;
	/** @default - nobody but the principal */
	readonly actor?: Actor;
}

/** Mints and verifies the tokens of one registry. */
export interface Tokens {
	/** Id of the key that signs, as the registry's JWKS has it. */
	readonly kid: string;
	mint(grant: TokenGrant): { readonly token: string; readonly issuedAt: Date };
	/** The claims of a token minted with this registry's key and valid now, otherwise nothing. */
	verify(token: string): TokenClaims | undefined;
}

/** Clocks may differ by this much; the registry allows the same (distribution, `token.Leeway`). */
export const LEEWAY_SECONDS = 60;

/**
 * Tokens between one issuer and one registry.
 *
 * @param seed the signing key, 32 bytes in base64
 * @param now milliseconds since the epoch
 */
export function registryTokens(
	{ issuer, service }: { readonly issuer: string; readonly service: string },
	seed: string,
	now: () => number = Date.now,
): Tokens {
	const signingKey = privateKey(seed);
	const verificationKey = createPublicKey(signingKey);
	const { kid } = publicJwk(seed);
	const header = base64url({ typ: "JWT", alg: "EdDSA", kid });
	return { kid, mint, verify: verifyToken };

	function mint({ subject, access, lifetimeSeconds, actor }: TokenGrant) {
		const iat = Math.floor(now() / 1000);
		const claims: TokenClaims = {
			iss: issuer,
			sub: subject,
			aud: service,
			exp: iat + lifetimeSeconds,
			nbf: iat,
			iat,
			jti: randomUUID(),
			access,
			...(actor && { act: actor }),
		};
		const signed = `${header}.${base64url(claims)}`;
		const signature = sign(null, Buffer.from(signed), signingKey);
		return {
			token: `${signed}.${signature.toString("base64url")}`,
			issuedAt: new Date(iat * 1000),
		};
	}

	function verifyToken(token: string): TokenClaims | undefined {
		const [head, payload, signature, ...rest] = token.split(".");
		// Only the header this registry's tokens are minted with: no other algorithm, no embedded
		// key, no certificate chain, no critical extension is ever looked at.
		if (head !== header || !payload || !signature || rest.length > 0) return;
		const authentic = verify(
			null,
			Buffer.from(`${head}.${payload}`),
			verificationKey,
			Buffer.from(signature, "base64url"),
		);
		if (!authentic) return;
		const claims = parseClaims(payload);
		if (claims?.iss !== issuer || claims.aud !== service) return;
		const seconds = now() / 1000;
		const current =
			seconds <= claims.exp + LEEWAY_SECONDS &&
			seconds >= claims.nbf - LEEWAY_SECONDS;
		return current ? claims : undefined;
	}
}

/** Whether a token allows an action on exactly this repository. */
export function allows(
	{ access }: TokenClaims,
	name: string,
	action: "push" | "delete",
): boolean {
	return access.some(
		(entry) =>
			entry.type === "repository" &&
			entry.name === name &&
			entry.actions.includes(action),
	);
}

function base64url(value: unknown): string {
	return Buffer.from(JSON.stringify(value)).toString("base64url");
}

// The signature has been checked, so the claims were minted by a gate, perhaps by an older one.
function parseClaims(payload: string): TokenClaims | undefined {
	const claims: Partial<TokenClaims> = JSON.parse(
		Buffer.from(payload, "base64url").toString(),
	);
	const complete =
		typeof claims.sub === "string" &&
		typeof claims.exp === "number" &&
		typeof claims.nbf === "number" &&
		Array.isArray(claims.access);
	return complete ? (claims as TokenClaims) : undefined;
}
