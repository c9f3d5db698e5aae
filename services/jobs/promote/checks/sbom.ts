import { type Check, findingOf } from "./check.ts";

/** An SBOM is attached to the image, or to each of its platforms. */
export const checkSbom: Check = (
	{ digest, platforms, withSbom },
	{ policy },
) => {
	if (!policy.sbom || withSbom.has(digest)) return findingOf([]);
	const without = platforms.filter((image) => !withSbom.has(image.digest));
	if (platforms.length > 0 && without.length === 0) return findingOf([]);
	return findingOf([
		`no SBOM is attached${without.length < platforms.length ? ` for ${without.map(({ platform }) => platform).join(", ")}` : ""}; expected one of SPDX or CycloneDX. Fix: attach it, e.g. with cosign attest --type spdxjson`,
	]);
};
