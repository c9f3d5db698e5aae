import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { Images } from "../../components/images.ts";
import type { CheckoutFiles } from "../../components/job-server.ts";
import { dockerPlatform } from "../../components/platform/docker/platform.ts";
import { type Locations, locations } from "../../stacks/locations.ts";
import type { Estate } from "../../topology/estate.ts";
import { devEstate } from "../topology/dev-estate.ts";

/** A whole estate on Docker, as `stacks/dev.ts` makes it, without building an image. */
export function estateOnDocker(
	estate: Estate = devEstate(),
	manifests: CheckoutFiles = { files: {} },
): Locations {
	const providers: pulumi.ProviderResource[] = [
		new docker.Provider("docker", {}),
		new random.Provider("random", {}),
	];
	const platform = dockerPlatform({ stack: estate.stack });
	const images = new Images(
		"images",
		{
			platform,
			registry: { kind: "pulled", name: "registry:3.1.2" },
			nginx: { kind: "pulled", name: "nginx:1" },
			services: { kind: "built", name: "services:1", context: "services" },
		},
		{ providers },
	);
	return locations(
		{
			estate,
			platform,
			images,
			manifests,
			lists: { files: {} },
			signerTexts: {},
		},
		{ providers },
	);
}
