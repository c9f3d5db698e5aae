import {
	blob,
	fallbackTag,
	image,
	index,
	referrer,
	referrers,
} from "../../oci/images.ts";

export const old = image([blob("shared"), blob("old")]);
export const fresh = image([blob("shared"), blob("fresh")]);

/** The list behind the fallback tag of `old`. */
export const signatures = referrers([referrer(old, "application/spdx+json")]);

export const part = image([blob("shared"), blob("amd64")]);
/** Where cosign puts a signature of `part`. */
export const partSignature = `${fallbackTag(part)}.sig`;
/** An index of `part` and another. */
export const multi = index([part, image([blob("arm64")])]);
