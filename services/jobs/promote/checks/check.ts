import type {
	PromotionPolicy,
	Signer,
} from "../../../../topology/promotion-policy.ts";
import type { ImageFacts } from "../image-facts.ts";

/** What an image is measured by. */
export interface Demands {
	readonly policy: PromotionPolicy;
	/** One of them must have signed. @default - empty: no signature is asked for */
	readonly signers: readonly Signer[];
}

/** What one check found. */
export type Finding =
	| { readonly passed: true; readonly signer?: string }
	/** What is wrong, what was expected, and what to do about it. */
	| { readonly passed: false; readonly reason: string };

/** Judges one thing about an image. Pure. */
export type Check = (facts: ImageFacts, demands: Demands) => Finding;

export const PASSED: Finding = { passed: true };

/** A finding from reasons, of which there may be none. */
export function findingOf(reasons: readonly string[]): Finding {
	return reasons.length === 0
		? PASSED
		: { passed: false, reason: reasons.join("; ") };
}
