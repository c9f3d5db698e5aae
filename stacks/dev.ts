import * as docker from "@pulumi/docker";
import * as random from "@pulumi/random";
import { Images } from "../components/images.ts";
import { dockerPlatform } from "../components/platform/docker/platform.ts";
import versions from "../toolchain/versions.json" with { type: "json" };
import type { Estate } from "../topology/estate.ts";
import { Home } from "./home.ts";
import { promotionManifests } from "./promotion-manifests.ts";
import { servicesContext } from "./services-image.ts";

/** The whole estate as containers on the local Docker Engine. */
export function dev(estate: Estate): Home {
	const { stack } = estate;
	const providers = [
		// The engine is the one DOCKER_HOST names, or the local one.
		new docker.Provider("docker", {}),
		new random.Provider("random", {}),
	];
	const platform = dockerPlatform({ stack });
	const services = servicesContext();
	const images = new Images(
		"images",
		{
			platform,
			registry: { kind: "pulled", name: versions.images.registry },
			nginx: { kind: "pulled", name: versions.images.nginx },
			services: {
				kind: "built",
				name: `registry-tiers/${stack}-services:${services.tag}`,
				context: services.context,
			},
		},
		{ providers },
	);
	const manifests = promotionManifests(estate.promotion.manifests);
	return new Home(
		"home",
		{ estate, platform, images, manifests },
		{ providers },
	);
}
