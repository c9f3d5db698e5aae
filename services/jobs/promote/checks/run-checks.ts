import { anchored } from "../../../../topology/naming.ts";
import {
	type LoweredChecks,
	PROMOTION_CHECKS,
	type PromotionCheck,
} from "../../../../topology/promotion-policy.ts";
import type { ImageFacts } from "../image-facts.ts";
import type { CheckSummary } from "../report.ts";
import type { Check, Demands } from "./check.ts";
import { checkLabels } from "./labels.ts";
import { checkPlatforms } from "./platforms.ts";
import { checkSbom } from "./sbom.ts";
import { checkSignature } from "./signature.ts";
import { checkSize } from "./size.ts";

const CHECKS: Readonly<Record<PromotionCheck, Check>> = {
	labels: checkLabels,
	platforms: checkPlatforms,
	size: checkSize,
	sbom: checkSbom,
	signature: checkSignature,
};

/** What all checks together say about an image. */
export interface Verdict {
	readonly summary: CheckSummary;
	/** Why the image may not be promoted, one for each check it fails; empty when it may. */
	readonly reasons: readonly string[];
}

/**
 * Runs every check on an image of a repository, so that all that is wrong is told at once.
 *
 * A check that is lowered for the repository is run too: it is named in the summary only when the image
 * needs the exception.
 */
export function runChecks(
	facts: ImageFacts,
	repository: string,
	demands: Demands & { readonly lowered: readonly LoweredChecks[] },
): Verdict {
	const passed: PromotionCheck[] = [];
	const lowered: CheckSummary["lowered"][number][] = [];
	const reasons: string[] = [];
	let signer: string | undefined;
	for (const check of PROMOTION_CHECKS) {
		const finding = CHECKS[check](facts, demands);
		const exception = demands.lowered.find(
			({ checks, repositories }) =>
				checks.includes(check) &&
				repositories.some((pattern) => anchored(pattern).test(repository)),
		);
		if (finding.passed) {
			passed.push(check);
			signer ??= finding.signer;
		} else if (exception) {
			const { owner, reason } = exception;
			lowered.push({ check, owner, reason });
		} else reasons.push(finding.reason);
	}
	return {
		summary: { passed, lowered, ...(signer !== undefined && { signer }) },
		reasons,
	};
}
