import {
	createHash,
	createPrivateKey,
	createPublicKey,
	type KeyObject,
} from "node:crypto";

/** Length of an Ed25519 seed. */
export const SEED_BYTES = 32;

/** What a registry needs to verify the tokens of one key: an entry of its JWKS file. */
export interface PublicJwk {
	readonly kty: "OKP";
	readonly crv: "Ed25519";
	/** The public key, base64url. */
	readonly x: string;
	/** RFC 7638 thumbprint of the key: the same seed has the same id wherever it is rendered. */
	readonly kid: string;
	readonly alg: "EdDSA";
	readonly use: "sig";
}

// PKCS #8 of an Ed25519 key up to the seed, RFC 8410 section 7.
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

/**
 * The private key of a seed.
 *
 * @param seed 32 bytes, base64
 * @throws when the seed has another length
 */
export function privateKey(seed: string): KeyObject {
	const bytes = Buffer.from(seed, "base64");
	if (bytes.length !== SEED_BYTES) {
		throw new Error(
			`signing key has a seed of ${bytes.length} bytes: expected ${SEED_BYTES} bytes in base64`,
		);
	}
	return createPrivateKey({
		key: Buffer.concat([PKCS8_PREFIX, bytes]),
		format: "der",
		type: "pkcs8",
	});
}

/**
 * The public half of a seed's key.
 *
 * @param seed 32 bytes, base64
 * @throws when the seed has another length
 */
export function publicJwk(seed: string): PublicJwk {
	const { x } = createPublicKey(privateKey(seed)).export({ format: "jwk" });
	if (x === undefined) {
		throw new Error("signing key has no public part: expected an Ed25519 key");
	}
	// RFC 7638 section 3.2: the required members in lexical order and nothing else.
	const members = JSON.stringify({ crv: "Ed25519", kty: "OKP", x });
	const kid = createHash("sha256").update(members).digest("base64url");
	return { kty: "OKP", crv: "Ed25519", x, kid, alg: "EdDSA", use: "sig" };
}
