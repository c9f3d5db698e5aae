/**
 * Longest payload or bundle that is looked at, in bytes. A real signature has a few thousand. Reading
 * many long ones takes seconds, and anybody who may push may attach them.
 */
export const MAX_SIGNATURE_BYTES = 128 * 1024;
/** So many signatures of each form are looked at; an image has one or two. */
export const MAX_SIGNATURES = 64;

/** What `cosign sign` states about an image. */
export const SIGN_PREDICATE = "https://sigstore.dev/cosign/sign/v1";

/** The type of a referrer that holds a Sigstore bundle, and of the bundle in it. */
export const BUNDLE_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";

/**
 * A signature in the form cosign wrote before version 3: a layer of the manifest under the tag
 * `sha256-….sig` (https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md).
 */
export interface LegacySignature {
	/** The layer: what was signed. */
	readonly payload: Buffer;
	/** The annotations of the layer, one of which is the signature. */
	readonly annotations: Readonly<Record<string, string>>;
}

/** Everything attached to an image that may be a signature. Nothing of it has been verified. */
export interface SignatureMaterial {
	readonly legacy: readonly LegacySignature[];
	/** Sigstore bundles as JSON: signatures, and what does not say from outside that it is none. */
	readonly bundles: readonly Buffer[];
	/** Predicate types of the bundles that say so: SBOMs and the like, which may be long and are not read. */
	readonly attestations: readonly string[];
	/** The image's own manifest. @default - no bundle signs bytes, so that it is not needed */
	readonly manifest?: Buffer;
	/** Why something that is attached is not among them, a line each. */
	readonly leftOut: readonly string[];
}
