import type { Bundle, Envelope, MessageSignature } from "@sigstore/bundle";
import { HashAlgorithm } from "@sigstore/protobuf-specs";
import { toSignedEntity } from "@sigstore/verify";
import type {
	KeylessSigner,
	KeySigner,
} from "../../../../topology/promotion-policy.ts";
import { type Digest, digestOf } from "../../../oci/digest.ts";
import { printable } from "../../../oci/printable.ts";
import { parseBundle } from "./bundle.ts";
import { certificateProblem } from "./certificate-signer.ts";
import { signedBytes } from "./dsse.ts";
import { statementProblem } from "./image-statement.ts";
import { keySignerOf } from "./key-signature.ts";
import { reasonOf, unusable, type Verdict } from "./verdict.ts";

/** Whose signatures count, by what they sign with. */
export interface Signers {
	readonly withKey: readonly KeySigner[];
	readonly keyless: readonly KeylessSigner[];
}

/**
 * Judges a Sigstore bundle: what it signs first, then who signed it.
 *
 * @param manifest the image's own, which a bundle may sign directly
 * @throws when it is malformed
 */
export function judgeBundle(
	digest: Digest,
	bytes: Buffer,
	manifest: Buffer | undefined,
	signers: Signers,
): Verdict {
	const bundle = parseBundle(bytes);
	const problem = contentProblem(bundle, digest, manifest);
	if (problem) return problem;
	const { content } = bundle.verificationMaterial;
	switch (content.$case) {
		case "publicKey":
			return signedWithKey(bundle, manifest, signers.withKey);
		case "certificate": {
			const { rawBytes } = content.certificate;
			return signedWithCertificate(bundle, rawBytes, manifest, signers.keyless);
		}
		default:
			return unusable("it has neither a key nor one certificate");
	}
}

function contentProblem(
	{ content }: Bundle,
	digest: Digest,
	manifest: Buffer | undefined,
): Verdict | undefined {
	switch (content.$case) {
		case "dsseEnvelope":
			return statementProblem(content.dsseEnvelope, digest);
		case "messageSignature":
			return messageProblem(content.messageSignature, digest, manifest);
	}
}

function messageProblem(
	{ messageDigest }: MessageSignature,
	digest: Digest,
	manifest: Buffer | undefined,
): Verdict | undefined {
	const named = `sha256:${messageDigest.digest.toString("hex")}`;
	if (messageDigest.algorithm !== HashAlgorithm.SHA2_256 || named !== digest) {
		return unusable(`it is of ${printable(named)}`);
	}
	if (!manifest || digestOf(manifest) !== digest) {
		return unusable("it signs the manifest itself, which is not at hand");
	}
	return undefined;
}

function signedWithKey(
	{ content }: Bundle,
	manifest: Buffer | undefined,
	signers: readonly KeySigner[],
): Verdict {
	const signer =
		content.$case === "dsseEnvelope"
			? envelopeSigner(content.dsseEnvelope, signers)
			: manifest &&
				keySignerOf(manifest, content.messageSignature.signature, signers);
	return signer === undefined
		? unusable("it was made with another key")
		: { kind: "signed", signer };
}

function envelopeSigner(
	{ payloadType, payload, signatures }: Envelope,
	signers: readonly KeySigner[],
): string | undefined {
	const data = signedBytes(payloadType, payload);
	return signatures
		.map(({ sig }) => keySignerOf(data, sig, signers))
		.find((signer) => signer !== undefined);
}

function signedWithCertificate(
	bundle: Bundle,
	certificate: Buffer,
	manifest: Buffer | undefined,
	signers: readonly KeylessSigner[],
): Verdict {
	if (signers.length === 0) return unusable("it was made with a certificate");
	const entity = toSignedEntity(bundle, manifest);
	const problems: string[] = [];
	for (const signer of signers) {
		const problem = orReason(() =>
			certificateProblem(entity, certificate, signer),
		);
		if (problem === undefined) return { kind: "signed", signer: signer.name };
		problems.push(signers.length > 1 ? `${signer.name}: ${problem}` : problem);
	}
	return unusable(problems.join(", "));
}

function orReason(check: () => string | undefined): string | undefined {
	try {
		return check();
	} catch (error) {
		return reasonOf(error);
	}
}
