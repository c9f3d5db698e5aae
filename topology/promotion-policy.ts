/** The conditions of promotion that can be lowered one by one. */
export const PROMOTION_CHECKS = [
	"labels",
	"platforms",
	"size",
	"sbom",
	"signature",
] as const;
export type PromotionCheck = (typeof PROMOTION_CHECKS)[number];

/**
 * What every image must be to be promoted. All of it is asked for, whether or not an image carries
 * it; only `LoweredChecks` makes exceptions.
 */
export interface PromotionPolicy {
	/** Labels of the config, or annotations of the manifest or index, that each image must have. */
	readonly labels: readonly string[];
	/** Platforms the image must be there for, e.g. `linux/amd64`. It may be there for others too. */
	readonly platforms: readonly string[];
	/** Largest layer, in MiB, compressed. */
	readonly maxLayerMiB: number;
	/** Largest image, in MiB, compressed, all platforms together. */
	readonly maxImageMiB: number;
	/** An SBOM must be attached to the image or to each of its platforms. */
	readonly sbom: boolean;
}

/** Fewer checks for some repositories, for a while. The plan and the promotion record name it. */
export interface LoweredChecks {
	/** Patterns of repositories, anchored at both ends. */
	readonly repositories: readonly string[];
	readonly checks: readonly PromotionCheck[];
	/** Who answers for it. */
	readonly owner: string;
	readonly reason: string;
}

/** Someone whose signature makes an image fit for promotion, as the promoter checks it, offline. */
export type Signer = KeySigner | KeylessSigner;

/** Signs with a key of its own, as `cosign sign --key` does. */
export interface KeySigner {
	/** For messages and the promotion record, e.g. `ci`. */
	readonly name: string;
	/** SubjectPublicKeyInfo in PEM. */
	readonly publicKey: string;
}

/** Signs with a certificate that Fulcio gave to a CI job, as `cosign sign` does without a key. */
export interface KeylessSigner {
	readonly name: string;
	/** Who vouched for the job, e.g. `https://token.actions.githubusercontent.com`. Compared exactly. */
	readonly issuer: string;
	/** Pattern of the certificate's subject alternative name, anchored at both ends. */
	readonly subject: string;
	/** Sigstore's TrustedRoot as JSON text: the CAs, logs and timestamp authorities that are believed. */
	readonly trustRoot: string;
}

/** What Prod asks for unless its configuration says otherwise. */
export const DEFAULT_PROMOTION_POLICY: PromotionPolicy = {
	labels: [
		"org.opencontainers.image.source",
		"org.opencontainers.image.revision",
	],
	platforms: ["linux/amd64"],
	maxLayerMiB: 4096,
	maxImageMiB: 10_240,
	sbom: true,
};

/** Digests of promoted tags are compared in every so many runs; between them names are enough. */
export const DEFAULT_FULL_CHECK_EVERY = 24;
