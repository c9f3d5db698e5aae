import { createPublicKey, type KeyObject, verify } from "node:crypto";
import type { KeySigner } from "../../../../topology/promotion-policy.ts";

/** Name of the signer whose key made this signature; undefined when it is none of theirs. */
export function keySignerOf(
	data: Buffer,
	signature: Buffer,
	signers: readonly KeySigner[],
): string | undefined {
	return signers.find(({ publicKey }) =>
		isSignedWith(createPublicKey(publicKey), data, signature),
	)?.name;
}

/** Whether the key made the signature over these bytes. */
export function isSignedWith(
	key: KeyObject,
	data: Buffer,
	signature: Buffer,
): boolean {
	return hashesOf(key).some((hash) => verify(hash, data, key, signature));
}

/**
 * The hashes that clients use with a key: cosign one as long as the curve, and before version 3
 * SHA-256 whatever the key.
 */
function hashesOf({ asymmetricKeyDetails }: KeyObject): readonly string[] {
	return asymmetricKeyDetails?.namedCurve === "secp384r1"
		? ["sha384", "sha256"]
		: ["sha256"];
}
