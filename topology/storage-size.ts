import type { TierKind } from "./tier-kinds.ts";

/**
 * Sizes of claims unless configured otherwise, as Kubernetes writes quantities. Small: what a first
 * try fits into, and what most storage classes can enlarge later.
 */
export const DEFAULT_STORAGE: Readonly<Record<TierKind, string>> = {
	sandbox: "10Gi",
	"ci-tests": "20Gi",
	"ci-snapshots": "50Gi",
	prod: "50Gi",
	cache: "20Gi",
	archive: "50Gi",
};

/** Size of what a job remembers between its runs. */
export const JOB_STORAGE = "1Gi";
