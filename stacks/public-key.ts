import { createPublicKey, type KeyObject } from "node:crypto";
import type { Expectation } from "./config/problem.ts";

const BEGIN = "-----BEGIN PUBLIC KEY-----";
const ONE_KEY =
	/^[^-]*-----BEGIN PUBLIC KEY-----[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----\s*$/;
const LEAST_RSA_BITS = 2048;

const expected = `a public key in PEM, which begins with ${BEGIN}`;
const fix =
	"write the public half there, as cosign generate-key-pair or openssl pkey -pubout print it";

/**
 * The public key in a file's text, in one spelling: SubjectPublicKeyInfo in PEM, without what may
 * stand around it. Otherwise what is wrong with the file; never what is in it, since people put
 * private keys into the wrong place.
 */
export function publicKeyIn(text: string | undefined): string | Expectation {
	if (text === undefined) {
		return { wrong: "no such file, or none that can be read", expected, fix };
	}
	if (/PRIVATE KEY/.test(text)) {
		return {
			wrong: "a private key where a public one belongs",
			expected,
			fix: `${fix}; take the private key out of the checkout, and do not use it any more if it was committed`,
		};
	}
	const key = ONE_KEY.test(text) ? parsed(text) : undefined;
	if (!key) return { wrong: "not one public key", expected, fix };
	if (!isSupported(key)) {
		return {
			wrong: `a key of a kind that nothing here checks, ${kindOf(key)}`,
			expected: `ECDSA on P-256 or P-384, or RSA of at least ${LEAST_RSA_BITS} bits`,
			fix: "sign with a key such as cosign generate-key-pair makes",
		};
	}
	return key.export({ type: "spki", format: "pem" }).toString();
}

function parsed(text: string): KeyObject | undefined {
	try {
		return createPublicKey(text);
	} catch {
		return undefined;
	}
}

// Not Ed25519: cosign 3 makes Ed25519ph signatures with it, which neither Node nor cosign itself verifies.
function isSupported(key: KeyObject): boolean {
	const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {};
	switch (key.asymmetricKeyType) {
		case "ec":
			return namedCurve === "prime256v1" || namedCurve === "secp384r1";
		case "rsa":
			return modulusLength !== undefined && modulusLength >= LEAST_RSA_BITS;
		default:
			return false;
	}
}

/** E.g. `rsa 1024` or `ec secp256k1`. */
function kindOf({
	asymmetricKeyType,
	asymmetricKeyDetails: { namedCurve, modulusLength } = {},
}: KeyObject): string {
	return [asymmetricKeyType, namedCurve ?? modulusLength]
		.filter((part) => part !== undefined)
		.join(" ");
}
