import type { Demands } from "../../../../../services/jobs/promote/checks/check.ts";
import type {
	ImageFacts,
	PlatformImage,
} from "../../../../../services/jobs/promote/image-facts.ts";
import { attached, IMAGE } from "../signatures/signed.ts";

/** The manifests of two platforms. */
export const AMD64 = `sha256:${"a".repeat(64)}` as const;
export const ARM64 = `sha256:${"b".repeat(64)}` as const;

export const SOURCE = "org.opencontainers.image.source";
export const REVISION = "org.opencontainers.image.revision";

/** An image of one platform with the labels that are asked for. */
export const onAmd64: PlatformImage = {
	digest: AMD64,
	platform: "linux/amd64",
	labels: { [SOURCE]: "https://git.test/app", [REVISION]: "abc1234" },
};

/** What was read of an image that has nothing attached to it. */
export function factsOf(facts: Partial<ImageFacts> = {}): ImageFacts {
	return {
		digest: IMAGE,
		platforms: [onAmd64],
		layers: new Map(),
		withSbom: new Set(),
		signatures: attached({}),
		...facts,
	};
}

/** What is asked of it: by default everything that it has. */
export function demandsOf(
	policy: Partial<Demands["policy"]> = {},
	signers: Demands["signers"] = [],
): Demands {
	return {
		policy: {
			labels: [SOURCE, REVISION],
			platforms: ["linux/amd64"],
			maxLayerMiB: 2,
			maxImageMiB: 3,
			sbom: false,
			...policy,
		},
		signers,
	};
}
