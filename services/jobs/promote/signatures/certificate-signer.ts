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
	return hasOnly(subject, certificate)
		? undefined
		: "its certificate has another subject than it seems";
}

/**
 * Whether the certificate has this subject and no other, as OpenSSL reads it. The library drops the
 * highest bit of each byte, so that one subject may look like another, and takes the first of several.
 */
function hasOnly(subject: string, certificate: Buffer): boolean {
	const { subjectAltName } = new X509Certificate(certificate);
	// What could be misread is quoted: https://nodejs.org/api/crypto.html#x509subjectaltname
	const quoted = JSON.stringify(subject).replaceAll(",", "\\u002c");
	return [subject, quoted]
		.flatMap((text) => [`URI:${text}`, `email:${text}`])
		.some((text) => text === subjectAltName);
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
