import { ENGINE_LIMITS } from "../engine-limits.ts";
import type { Estate } from "../estate.ts";
import type { Invariant } from "./invariant.ts";
import { promoterAloneWritesProd } from "./ti-01-promoter-alone-writes-prod.ts";
import { oneStorePerTier } from "./ti-04-one-store-per-tier.ts";
import { cachesUseTheirOwnLeg } from "./ti-05-caches-use-their-own-leg.ts";
import { cachesCopyOrigins } from "./ti-06-caches-copy-origins.ts";
import { noPathFromSandboxToProd } from "./ti-07-no-path-from-sandbox-to-prod.ts";
import { deletesOnlyWhereSwept } from "./ti-08-deletes-only-where-swept.ts";
import { everyRegionHasOneProdCache } from "./ti-10-every-region-has-one-prod-cache.ts";
import { promotionHasTwoCredentials } from "./ti-11-promotion-has-two-credentials.ts";
import { noSharedTrust } from "./ti-13-no-shared-trust.ts";
import { prodAsksForSignedImages } from "./ti-16-prod-asks-for-signed-images.ts";

/** Every invariant, in the order of their ids. */
export const INVARIANTS: readonly Invariant[] = [
	promoterAloneWritesProd,
	oneStorePerTier,
	cachesUseTheirOwnLeg,
	cachesCopyOrigins,
	noPathFromSandboxToProd,
	deletesOnlyWhereSwept,
	everyRegionHasOneProdCache,
	promotionHasTwoCredentials,
	noSharedTrust,
	prodAsksForSignedImages,
];

/** One broken promise, in words for the plan. */
export interface Violation {
	readonly id: Invariant["id"];
	readonly statement: string;
	readonly where: string;
	readonly remedy: string;
}

/** Every place where the estate breaks an invariant or runs into an engine limit; empty means it may be deployed. */
export function checkInvariants(estate: Estate): readonly Violation[] {
	return [...INVARIANTS, ...ENGINE_LIMITS].flatMap(
		({ id, statement, remedy, broken }) =>
			broken(estate).map((where) => ({ id, statement, where, remedy })),
	);
}

/** `TI-13: gate 'home' holds …; expected: a token …. Fix: give each …` */
export function describeViolation({
	id,
	statement,
	where,
	remedy,
}: Violation): string {
	return `${id}: ${where}; expected: ${statement}. Fix: ${remedy}`;
}
