/** The kinds of registry tier, in the order an image moves through them. */
export const TIER_KINDS = [
	"sandbox",
	"ci-tests",
	"ci-snapshots",
	"prod",
	"cache",
	"archive",
] as const;
export type TierKind = (typeof TIER_KINDS)[number];

/** What a kind of tier promises to its users, whatever the platform it runs on. */
export interface TierPromise {
	/** One sentence for the plan and the status table. */
	readonly promise: string;
	/** `origin` tiers hold images of their own; a `replica` only serves what another tier holds. */
	readonly role: "origin" | "replica";
	/** `create-only`: a tag once written never points to another digest. */
	readonly tags: "moving" | "create-only";
	/** The registry accepts deletes. Only tiers that are swept have it; see TI-08. */
	readonly deletes: boolean;
	/** Signatures and SBOMs may be stored under `sha256-…` fallback tags. */
	readonly fallbackTags: boolean;
	/** What happens to the stored images when the tier goes away, on platforms that keep data. */
	readonly durability: Durability;
}

/** `kept`: protected and retained. `disposable`: may be recreated empty at any time. */
export type Durability = "kept" | "disposable";

export const TIER_PROMISES: Readonly<Record<TierKind, TierPromise>> = {
	sandbox: {
		promise: "throw-away images of developers: no rules, free, disposable",
		role: "origin",
		tags: "moving",
		deletes: true,
		fallbackTags: true,
		durability: "disposable",
	},
	"ci-tests": {
		promise: "images of pre-merge checks and test runs: days to live",
		role: "origin",
		tags: "moving",
		deletes: true,
		fallbackTags: true,
		durability: "disposable",
	},
	"ci-snapshots": {
		promise: "latest builds of each application: the only source of promotion",
		role: "origin",
		tags: "create-only",
		deletes: true,
		fallbackTags: true,
		durability: "disposable",
	},
	prod: {
		promise: "what consumers run: written by promotion alone, never changed",
		role: "origin",
		tags: "create-only",
		deletes: false,
		fallbackTags: true,
		durability: "kept",
	},
	cache: {
		promise: "a region's pull-through copy of an origin tier",
		role: "replica",
		tags: "moving",
		deletes: false,
		fallbackTags: true,
		durability: "disposable",
	},
	archive: {
		promise: "upstream images the team keeps and may override",
		role: "origin",
		tags: "moving",
		deletes: false,
		fallbackTags: true,
		durability: "kept",
	},
};
