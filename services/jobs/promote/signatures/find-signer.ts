import type { Signer } from "../../../../topology/promotion-policy.ts";
import type { Digest } from "../../../oci/digest.ts";
import { printable } from "../../../oci/printable.ts";
import { judgeBundle, type Signers } from "./judge-bundle.ts";
import { judgeLegacy } from "./legacy-signature.ts";
import type { SignatureMaterial } from "./signature-material.ts";
import { attestation, reasonOf, unusable, type Verdict } from "./verdict.ts";

/** Whose signature an image has, or in one line why it has none that counts. */
export type FoundSigner =
	| { readonly signer: string }
	| { readonly problem: string };

/** More reasons help nobody to find out what is wrong. */
const MOST_REASONS = 3;

/**
 * Finds out whose signature an image has. One signature of one of the signers is enough; what else is
 * attached, however broken, takes nothing away from it.
 *
 * Decides from what it is given, asks nobody, and never throws.
 *
 * @param digest the image's, which the signature must name
 */
export function findSigner(
	digest: Digest,
	{ legacy, bundles, manifest, attestations, leftOut }: SignatureMaterial,
	signers: readonly Signer[],
): FoundSigner {
	const known: Signers = {
		withKey: signers.filter((signer) => "publicKey" in signer),
		keyless: signers.filter((signer) => "trustRoot" in signer),
	};
	const verdicts: Verdict[] = [
		...attestations.map((predicateType) => attestation(predicateType)),
		...leftOut.map(unusable),
	];
	for (const judge of [
		...bundles.map((it) => () => judgeBundle(digest, it, manifest, known)),
		...legacy.map((it) => () => judgeLegacy(digest, it, known.withKey)),
	]) {
		const verdict = orUnusable(judge);
		if (verdict.kind === "signed") return { signer: verdict.signer };
		verdicts.push(verdict);
	}
	return { problem: problemOf(verdicts, signers) };
}

// Anybody who may push may attach anything.
function orUnusable(judge: () => Verdict): Verdict {
	try {
		return judge();
	} catch (error) {
		return unusable(`it is malformed: ${reasonOf(error)}`);
	}
}

function problemOf(
	verdicts: readonly Verdict[],
	signers: readonly Signer[],
): string {
	const reasons = verdicts.flatMap((v) =>
		v.kind === "unusable" ? [v.reason] : [],
	);
	if (reasons.length === 0) {
		const others = verdicts.flatMap((v) =>
			v.kind === "attestation" ? [printable(v.predicateType)] : [],
		);
		return others.length === 0
			? "no signature"
			: `no signature, only what says something else about the image: ${listed(others, ", ")}`;
	}
	const names = signers.map(({ name }) => name).join(", ");
	const count =
		reasons.length === 1
			? "1 signature, not by"
			: `${reasons.length} signatures, none by`;
	return `${count} ${names}: ${listed(reasons, "; ")}`;
}

function listed(lines: readonly string[], separator: string): string {
	const different = [...new Set(lines)];
	const more = different.length - MOST_REASONS;
	return [
		...different.slice(0, MOST_REASONS),
		...(more > 0 ? [`and ${more} more`] : []),
	].join(separator);
}
