import {
	createHash,
	createPrivateKey,
	createPublicKey,
	type KeyObject,
	sign,
} from "node:crypto";
import { z } from "zod";
import { printable } from "../../../oci/printable.ts";
import { parseBundle } from "./bundle.ts";
import { STATEMENT_TYPE, signedBytes } from "./dsse.ts";
import { isSignedWith } from "./key-signature.ts";
import { BUNDLE_TYPE } from "./signature-material.ts";
import { reasonOf } from "./verdict.ts";

/** A statement somebody vouched for, or in one line why it is none. */
export type ReadStatement =
	| { readonly statement: Readonly<Record<string, unknown>> }
	| { readonly problem: string };

/**
 * Signs an in-toto statement with a key, as `cosign attest --key` does. Two signatures of the same
 * statement differ: there is chance in each.
 *
 * @param privateKeyPem ECDSA on P-256, PKCS #8
 * @returns a Sigstore bundle as JSON, to be attached as a referrer of the type `BUNDLE_TYPE`
 */
export function signStatement(
	statement: object,
	privateKeyPem: string,
): Buffer {
	const key = createPrivateKey(privateKeyPem);
	const payload = Buffer.from(JSON.stringify(statement));
	const signature = sign("sha256", signedBytes(STATEMENT_TYPE, payload), key);
	return Buffer.from(
		JSON.stringify({
			mediaType: BUNDLE_TYPE,
			verificationMaterial: { publicKey: { hint: hintOf(key) } },
			dsseEnvelope: {
				payload: payload.toString("base64"),
				payloadType: STATEMENT_TYPE,
				signatures: [{ sig: signature.toString("base64") }],
			},
		}),
	);
}

/**
 * Reads what `signStatement` made. Never throws, whatever the bytes.
 *
 * @param publicKeyPem SubjectPublicKeyInfo
 */
export function readStatement(
	bundle: Buffer,
	publicKeyPem: string,
): ReadStatement {
	try {
		return verifiedStatement(bundle, createPublicKey(publicKeyPem));
	} catch (error) {
		return { problem: `it is malformed: ${reasonOf(error)}` };
	}
}

function verifiedStatement(bytes: Buffer, key: KeyObject): ReadStatement {
	const { content } = parseBundle(bytes);
	if (content.$case !== "dsseEnvelope") {
		return { problem: "it signs bytes, not a statement" };
	}
	const { payloadType, payload, signatures } = content.dsseEnvelope;
	if (payloadType !== STATEMENT_TYPE) {
		return {
			problem: `its payload is ${printable(payloadType)}, expected ${STATEMENT_TYPE}`,
		};
	}
	const data = signedBytes(payloadType, payload);
	if (!signatures.some(({ sig }) => isSignedWith(key, data, sig))) {
		return { problem: "it was made with another key" };
	}
	return { statement: object.parse(JSON.parse(payload.toString("utf8"))) };
}

const object = z.looseObject({});

// How cosign names a key in a bundle.
function hintOf(key: KeyObject): string {
	const spki = createPublicKey(key).export({ type: "spki", format: "der" });
	return createHash("sha256").update(spki).digest("base64");
}
