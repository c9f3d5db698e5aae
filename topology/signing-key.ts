import {
	createHash,
	createPrivateKey,
	createPublicKey,
	type KeyObject,
} from "node:crypto";

/** Public half of an Ed25519 key as a registry's JWKS file lists it. */
export interface PublicJwk {
	readonly kty: "OKP";
	readonly crv: "Ed25519";
	readonly x: string;
	readonly alg: "EdDSA";
	readonly use: "sig";
	/** RFC 7638 thumbprint: equal keys have equal ids, however they were made. */
	readonly kid: string;
}

// PKCS #8 header of an Ed25519 key, RFC 8410 section 7; the 32 byte seed follows.
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");
const SEED_BYTES = 32;

/**
 * The private key grown from a seed.
 *
 * @param seed base64 of exactly 32 bytes
 */
export function privateKey(seed: string): KeyObject {
	const bytes = Buffer.from(seed, "base64");
	if (bytes.length !== SEED_BYTES) {
		throw new Error(
			`a signing key is grown from ${SEED_BYTES} bytes, got ${bytes.length}`,
		);
	}
	return createPrivateKey({
		key: Buffer.concat([PKCS8_PREFIX, bytes]),
		format: "der",
		type: "pkcs8",
	});
}

/**
 * The public half of the key grown from a seed.
 *
 * @param seed base64 of exactly 32 bytes
 */
export function publicJwk(seed: string): PublicJwk {
	const { x = "" } = createPublicKey(privateKey(seed)).export({
		format: "jwk",
	});
	// RFC 7638: the required members in lexical order, without white space.
	const kid = createHash("sha256")
		.update(JSON.stringify({ crv: "Ed25519", kty: "OKP", x }))
		.digest("base64url");
	return { kty: "OKP", crv: "Ed25519", x, alg: "EdDSA", use: "sig", kid };
}
