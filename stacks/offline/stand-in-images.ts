import { createHash } from "node:crypto";
import versions from "../../toolchain/versions.json" with { type: "json" };
import type { EstateImageNames } from "../../topology/kubernetes-spec.ts";
import { servicesContext } from "../services-image.ts";

/**
 * Names for the images that `npm run up` brings to a cluster by itself. Their digests are made up from what
 * the images are made from, so that they change when these do.
 */
export function standInImages(): EstateImageNames {
	const { registry, nginx } = versions.images;
	return {
		registry: byDigest(registry, registry),
		nginx: byDigest(nginx, nginx),
		services: byDigest(
			"localhost/registry-tiers/services",
			servicesContext().tag,
		),
	};
}

const byDigest = (name: string, content: string) =>
	`${name}@sha256:${createHash("sha256").update(content).digest("hex")}`;
