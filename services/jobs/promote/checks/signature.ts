import { findSigner } from "../signatures/find-signer.ts";
import { type Check, PASSED } from "./check.ts";

/** Somebody the configuration names has signed the image as a whole. */
export const checkSignature: Check = ({ digest, signatures }, { signers }) => {
	if (signers.length === 0) return PASSED;
	const found = findSigner(digest, signatures, signers);
	if ("signer" in found) return { passed: true, signer: found.signer };
	const names = signers.map(({ name }) => name).join(" or ");
	return {
		passed: false,
		reason: `${found.problem}; expected a signature of ${names}. Fix: sign the digest with cosign sign`,
	};
};
