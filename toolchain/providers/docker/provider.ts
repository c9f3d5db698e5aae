import type { Provider } from "../provider.ts";
import { loadSchema } from "../schema.ts";
import { connectDocker, type DockerConfig } from "./client.ts";
import { containerType } from "./container.ts";
import { imageType } from "./image.ts";
import { LocalImages } from "./local-images.ts";
import { networkType } from "./network.ts";
import { remoteImageType } from "./remote-image.ts";
import { volumeType } from "./volume.ts";

/** Stands in for the `docker` plugin: the same resources, through the Docker Engine API. */
export const dockerProvider: Provider = {
	schema: loadSchema("docker"),
	async configure(config) {
		const { registryAuth = [], ...connection }: DockerConfig = config;
		const docker = await connectDocker(connection);
		const images = new LocalImages(docker, registryAuth);
		return {
			"docker:index/container:Container": containerType(docker, images),
			"docker:index/image:Image": imageType(docker, images),
			"docker:index/network:Network": networkType(docker),
			"docker:index/remoteImage:RemoteImage": remoteImageType(docker, images),
			"docker:index/volume:Volume": volumeType(docker),
		};
	},
};
