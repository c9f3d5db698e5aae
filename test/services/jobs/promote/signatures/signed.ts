import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import {
	BUNDLE_TYPE,
	type LegacySignature,
	SIGN_PREDICATE,
	type SignatureMaterial,
} from "../../../../../services/jobs/promote/signatures/signature-material.ts";
import { blob, sha256 } from "../../../oci/images.ts";
import { envelopeOf, messageSignatureOf } from "./sigstore.ts";

/** The manifest of an image; only its digest matters here. */
export const MANIFEST = blob("the manifest").bytes;
export const IMAGE = sha256(MANIFEST);
export const OTHER_IMAGE = sha256(blob("another manifest").bytes);

/** A key pair of a signer. */
export function keyOf(curve = "P-256") {
	const { privateKey, publicKey } = generateKeyPairSync("ec", {
		namedCurve: curve,
	});
	return {
		privateKey,
		publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
	};
}

/** What `cosign sign` states about an image. */
export function statementOf(
	image: string = IMAGE,
	predicateType = SIGN_PREDICATE,
): object {
	return {
		_type: "https://in-toto.io/Statement/v1",
		subject: [{ digest: { sha256: image.replace("sha256:", "") } }],
		predicateType,
		predicate: {},
	};
}

/** A bundle as `cosign sign --key` makes it. */
export function keyBundle(
	key: KeyObject,
	statement: object = statementOf(),
	payloadType?: string,
) {
	return {
		mediaType: BUNDLE_TYPE,
		verificationMaterial: { publicKey: { hint: "any" } },
		dsseEnvelope: envelopeOf(statement, key, payloadType),
	};
}

/** A bundle that signs the bytes of a manifest. */
export function messageBundle(key: KeyObject, manifest: Buffer = MANIFEST) {
	return {
		mediaType: BUNDLE_TYPE,
		verificationMaterial: { publicKey: { hint: "any" } },
		...messageSignatureOf(manifest, key),
	};
}

/** What `cosign sign --key --new-bundle-format=false` signs. */
export function payloadOf(image: string = IMAGE): object {
	return {
		critical: {
			identity: { "docker-reference": "ci-snapshots.test/team/app" },
			image: { "docker-manifest-digest": image },
			type: "cosign container image signature",
		},
		optional: null,
	};
}

/** A signature in that form. */
export function legacySignature(
	key: KeyObject,
	payload: object = payloadOf(),
): LegacySignature {
	const bytes = Buffer.from(JSON.stringify(payload));
	return {
		payload: bytes,
		annotations: {
			"dev.cosignproject.cosign/signature": sign("sha256", bytes, key).toString(
				"base64",
			),
		},
	};
}

/** What is attached to an image. */
export function attached({
	bundles = [],
	...rest
}: Partial<Omit<SignatureMaterial, "bundles">> & {
	readonly bundles?: readonly unknown[];
}): SignatureMaterial {
	return {
		legacy: [],
		attestations: [],
		leftOut: [],
		bundles: bundles.map((bundle) =>
			Buffer.isBuffer(bundle) ? bundle : Buffer.from(JSON.stringify(bundle)),
		),
		...rest,
	};
}
