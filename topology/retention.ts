import type { TierKind } from "./tier-kinds.ts";

/** Which tags of a repository are left. A tag goes when it is too old and not among the newest. */
export interface RetentionRule {
	/** Age in days, from the first time cleanup saw the tag at its digest. */
	readonly days: number;
	/** So many tags of each repository stay, however old: those seen last. */
	readonly keep: number;
}

/** Tags younger than this are never touched: a push or a promotion may be under way. */
export const GRACE_HOURS = 24;

/** What the swept kinds leave unless configured otherwise. Kinds that are not here are never swept. */
export const DEFAULT_RETENTION: Readonly<
	Partial<Record<TierKind, RetentionRule>>
> = {
	sandbox: { days: 14, keep: 0 },
	"ci-tests": { days: 7, keep: 0 },
	"ci-snapshots": { days: 90, keep: 20 },
};
