import { type Bundle, bundleFromJSON } from "@sigstore/bundle";
import { BUNDLE_TYPE } from "./signature-material.ts";

/**
 * Entries of logs and timestamps of one bundle: clients ask one of each, seldom two. The certificate is
 * verified for each of them, which takes time.
 */
const MAX_PROOFS = 4;

/**
 * Parses a Sigstore bundle (https://github.com/sigstore/cosign/blob/main/specs/BUNDLE_SPEC.md).
 *
 * @throws Error with the reason when it is none of version 0.3; earlier ones let the proof of the log
 * be left out.
 */
export function parseBundle(bytes: Buffer): Bundle {
	const bundle = bundleFromJSON(JSON.parse(bytes.toString("utf8")));
	if (bundle.mediaType !== BUNDLE_TYPE) {
		throw new Error(`its type is ${bundle.mediaType}, expected ${BUNDLE_TYPE}`);
	}
	const { tlogEntries, timestampVerificationData } =
		bundle.verificationMaterial;
	const proofs =
		tlogEntries.length +
		(timestampVerificationData?.rfc3161Timestamps.length ?? 0);
	if (proofs > MAX_PROOFS) {
		throw new Error(
			`it has ${proofs} log entries and timestamps, more than ${MAX_PROOFS}`,
		);
	}
	return bundle;
}

/** Whether a bundle signs the image's bytes, which then are needed, and not a statement about it. */
export function signsBytes(bundle: Buffer): boolean {
	return bundle.includes('"messageSignature"');
}
