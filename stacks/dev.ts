import * as docker from "@pulumi/docker";
import * as random from "@pulumi/random";
import { Images } from "../components/images.ts";
import { dockerPlatform } from "../components/platform/docker/platform.ts";
import versions from "../toolchain/versions.json" with { type: "json" };
import type { Estate } from "../topology/estate.ts";
import type { SignerTexts } from "../topology/signer-spec.ts";
import { checkoutFiles } from "./checkout-files.ts";
import { type Locations, locations } from "./locations.ts";
import { servicesContext } from "./services-image.ts";

/** The whole estate as containers on the local Docker Engine: home and every region. */
export function dev(estate: Estate, signerTexts: SignerTexts): Locations {
	const { stack, promotion, mirroring } = estate;
	const opts = {
		providers: [
			// The engine is the one DOCKER_HOST names, or the local one.
			new docker.Provider("docker", {}),
			new random.Provider("random", {}),
		],
	};
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
		opts,
	);
	return locations(
		{
			estate,
			platform,
			images,
			manifests: checkoutFiles(promotion.manifests, "promotion.manifests"),
			lists: mirroring
				? checkoutFiles(mirroring.lists, "tiers.archive.lists")
				: { files: {} },
			signerTexts,
		},
		opts,
	);
}
