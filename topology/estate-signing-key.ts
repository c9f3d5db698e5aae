import {
	createECDH,
	createHash,
	createPrivateKey,
	createPublicKey,
	type KeyObject,
} from "node:crypto";

const SEED_BYTES = 32;
/** Order of the group of P-256, https://doi.org/10.6028/NIST.SP.800-186 section 3.2.1.3. */
const ORDER =
	0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/**
 * The private key that an estate signs images or promotion records with: ECDSA on P-256, what cosign
 * makes and reads. The same seed always gives the same key.
 *
 * @param seed 32 random bytes, base64
 * @returns PKCS #8 in PEM, without a password
 * @throws when the seed has another length
 */
export function signingKeyPem(seed: string): string {
	return keyOf(seed).export({ type: "pkcs8", format: "pem" }).toString();
}

/**
 * The public half of a seed's key.
 *
 * @param seed 32 random bytes, base64
 * @returns SubjectPublicKeyInfo in PEM
 * @throws when the seed has another length
 */
export function publicKeyPem(seed: string): string {
	return createPublicKey(keyOf(seed))
		.export({ type: "spki", format: "pem" })
		.toString();
}

function keyOf(seed: string): KeyObject {
	const d = scalarOf(seed);
	const ecdh = createECDH("prime256v1");
	ecdh.setPrivateKey(d);
	// An uncompressed point: a byte 4 and both coordinates, SEC 1 section 2.3.3.
	const point = ecdh.getPublicKey();
	return createPrivateKey({
		format: "jwk",
		key: {
			kty: "EC",
			crv: "P-256",
			d: d.toString("base64url"),
			x: point.subarray(1, 33).toString("base64url"),
			y: point.subarray(33).toString("base64url"),
		},
	});
}

/**
 * A number from 1 to the order less 1. 512 bits are reduced to the 256 of the order, which leaves no
 * bias worth speaking of, and one is added, so that no seed gives 0 or too large a number: FIPS 186-5
 * appendix A.2.1.
 */
function scalarOf(seed: string): Buffer {
	const bytes = Buffer.from(seed, "base64");
	if (bytes.length !== SEED_BYTES) {
		throw new Error(
			`signing key has a seed of ${bytes.length} bytes: expected ${SEED_BYTES} bytes in base64`,
		);
	}
	const wide = createHash("sha512")
		.update("registry-tiers ECDSA P-256 signing key\n")
		.update(bytes)
		.digest("hex");
	const scalar = (BigInt(`0x${wide}`) % (ORDER - 1n)) + 1n;
	return Buffer.from(scalar.toString(16).padStart(64, "0"), "hex");
}
