import { createPublicKey, type JsonWebKey, type KeyObject } from "node:crypto";

/** A key that an issuer signs with. */
export interface IssuerKey {
	readonly kid: string;
	readonly key: KeyObject;
	/** The names of the one algorithm that such a key signs with. */
	readonly algorithms: readonly string[];
}

/** Keys in one set; the largest issuers publish about ten. */
export const MAX_KEYS = 32;
const MAX_KID_LENGTH = 256;
// Shorter ones are broken, longer ones take long to verify with.
const MIN_RSA_BITS = 2048;
const MAX_RSA_BITS = 8192;

/**
 * The keys of a JWK set that may have signed a token, by their id. Keys for something else are left
 * out: a set may hold keys for encryption, or of kinds that came later.
 * https://www.rfc-editor.org/rfc/rfc7517#section-5
 *
 * @throws when the set is none, is too large, or has no usable key or two with one id
 */
export function parseJwkSet(set: unknown): ReadonlyMap<string, IssuerKey> {
	const listed = (set as { readonly keys?: unknown } | null)?.keys;
	if (!Array.isArray(listed)) throw new Error("its keys are not a JWK set");
	if (listed.length > MAX_KEYS) {
		throw new Error(
			`it has ${listed.length} keys: expected at most ${MAX_KEYS}`,
		);
	}
	const keys = new Map<string, IssuerKey>();
	for (const jwk of listed) {
		const key = usableKey(jwk);
		if (!key) continue;
		if (keys.has(key.kid)) throw new Error("two of its keys have one id");
		keys.set(key.kid, key);
	}
	if (keys.size === 0) {
		throw new Error("none of its keys is for RS256, ES256 or EdDSA");
	}
	return keys;
}

// The kind of a key fixes the algorithm: what a token says about it never chooses.
function algorithmsOf({ kty, crv }: JsonWebKey): readonly string[] {
	if (kty === "RSA") return ["RS256"];
	if (kty === "EC" && crv === "P-256") return ["ES256"];
	// The second is the name of the first since RFC 9864.
	return kty === "OKP" && crv === "Ed25519" ? ["EdDSA", "Ed25519"] : [];
}

function usableKey(jwk: unknown): IssuerKey | undefined {
	if (typeof jwk !== "object" || jwk === null) return undefined;
	const {
		kid,
		use = "sig",
		alg,
		key_ops = ["verify"],
		...rest
	} = jwk as {
		readonly [member: string]: unknown;
	};
	const algorithms = algorithmsOf(rest as JsonWebKey);
	const forTokens =
		typeof kid === "string" &&
		kid.length > 0 &&
		kid.length <= MAX_KID_LENGTH &&
		use === "sig" &&
		Array.isArray(key_ops) &&
		key_ops.includes("verify") &&
		// Whoever publishes the private half has no secret any more.
		!("d" in rest) &&
		(alg === undefined ? algorithms.length > 0 : algorithms.includes(`${alg}`));
	if (!forTokens) return undefined;
	const key = publicKey(rest as JsonWebKey);
	return key && { kid, key, algorithms };
}

function publicKey(jwk: JsonWebKey): KeyObject | undefined {
	let key: KeyObject;
	try {
		key = createPublicKey({ key: jwk, format: "jwk" });
	} catch {
		return undefined;
	}
	const { modulusLength: bits } = key.asymmetricKeyDetails ?? {};
	const sound =
		bits === undefined || (bits >= MIN_RSA_BITS && bits <= MAX_RSA_BITS);
	return sound ? key : undefined;
}
