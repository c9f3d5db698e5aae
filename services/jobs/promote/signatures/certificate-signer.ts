import { X509Certificate } from "node:crypto";
import { TrustedRoot } from "@sigstore/protobuf-specs";
import {
	type SignedEntity,
	type TrustMaterial,
	toTrustMaterial,
	Verifier,
} from "@sigstore/verify";
import { anchored } from "../../../../topology/naming.ts";
import type { KeylessSigner } from "../../../../topology/promotion-policy.ts";
import { printable } from "../../../oci/printable.ts";

const CODE_SIGNING = "1.3.6.1.5.5.7.3.3";

/**
 * Why what is signed with a certificate was not signed by this signer; undefined when it was.
 *
 * Nothing is asked of anybody: one of the signer's own CAs gave the certificate, a certificate log
 * vouches for that, a transparency log has the signature, and a timestamp or that log says that it
 * was made while the certificate was valid.
 *
 * @param certificate the signer's, DER
 */
export function certificateProblem(
	entity: SignedEntity,
	certificate: Buffer,
	signer: KeylessSigner,
): string | undefined {
	const verifier = new Verifier(trustOf(signer), {
		ctlogThreshold: 1,
		tlogThreshold: 1,
		timestampThreshold: 1,
	});
	const { identity } = verifier.verify(entity);
	const issuer = identity?.extensions?.issuer;
	if (issuer !== signer.issuer) {
		return `its issuer is '${printable(issuer ?? "")}', expected '${signer.issuer}'`;
	}
	const subject = identity?.subjectAlternativeName ?? "";
	// The library takes a pattern as found anywhere in the text.
	if (!anchored(signer.subject).test(subject)) {
		return `its subject is '${printable(subject)}', expected '${signer.subject}'`;
	}
	return certificateOddity(certificate, subject);
}

/**
 * Things the library does not look at. It reads the subject byte by byte without the highest bit, and
 * the first of several; so a second reader must see the same and nothing else.
 */
function certificateOddity(der: Buffer, subject: string): string | undefined {
	const { keyUsage, subjectAltName } = new X509Certificate(der);
	if (!keyUsage?.includes(CODE_SIGNING)) {
		return "its certificate is not one for signing code";
	}
	const written = [subject, JSON.stringify(subject)].flatMap((text) => [
		`URI:${text}`,
		`email:${text}`,
	]);
	if (!written.includes(subjectAltName ?? "")) {
		return `its certificate has other subjects too: ${printable(subjectAltName ?? "")}`;
	}
	return undefined;
}

const known = new WeakMap<KeylessSigner, TrustMaterial>();

function trustOf(signer: KeylessSigner): TrustMaterial {
	const parsed = known.get(signer);
	if (parsed) return parsed;
	const trust = toTrustMaterial(
		TrustedRoot.fromJSON(JSON.parse(signer.trustRoot)),
	);
	known.set(signer, trust);
	return trust;
}
