import { type Check, findingOf } from "./check.ts";

/**
 * The image is there for each required platform. One without a variant is met by any, as
 * `linux/arm64` is by `linux/arm64/v8`.
 */
export const checkPlatforms: Check = ({ platforms }, { policy }) => {
	const present = platforms.map(({ platform }) => platform);
	const missing = policy.platforms.filter(
		(required) =>
			!present.some(
				(platform) =>
					platform === required || platform.startsWith(`${required}/`),
			),
	);
	if (missing.length === 0) return findingOf([]);
	return findingOf([
		`platform ${missing.join(", ")} is missing, got ${present.join(", ") || "none"}; expected ${policy.platforms.join(", ")}. Fix: build for all of them`,
	]);
};
