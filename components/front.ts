import * as pulumi from "@pulumi/pulumi";
import {
	FRONT_HEALTH_PORT,
	type FrontSpec,
	renderFrontConfig,
} from "./front-config/render.ts";
import { httpHealth } from "./http-health.ts";
import {
	type Attachment,
	CONFIG_ROOT,
	type Image,
	type Platform,
} from "./platform/platform.ts";

export interface FrontArgs extends FrontSpec {
	readonly platform: Platform;
	/** Image of nginx. */
	readonly image: Image;
	/** Networks of its registries and clients, with the names it has there. */
	readonly networks: readonly Attachment[];
}

// nginx takes 10 MiB, and up to 1 MiB for each blob under way.
const MEMORY_MIB = 256;

/** The one way in to a location's registries. */
export class Front extends pulumi.ComponentResource {
	constructor(
		name: string,
		args: FrontArgs,
		opts: pulumi.ComponentResourceOptions,
	) {
		const { platform, image, registries, legs, networks } = args;
		super("registry-tiers:index:Front", name, { registries, legs }, opts);
		platform.server(
			`${name}-server`,
			{
				image,
				entrypoint: ["nginx"],
				args: ["-c", `${CONFIG_ROOT}/nginx.conf`, "-g", "daemon off;"],
				files: { "nginx.conf": renderFrontConfig({ registries, legs }) },
				networks,
				health: httpHealth(FRONT_HEALTH_PORT),
				memoryMiB: MEMORY_MIB,
				stopSeconds: 10,
				// SIGTERM ends nginx at once; this one finishes what is under way.
				stopSignal: "SIGQUIT",
				ports: registries.flatMap(({ port, mirror }) => [
					...(port === undefined ? [] : [port]),
					...(mirror ? [mirror.port] : []),
				]),
			},
			{ parent: this },
		);
		this.registerOutputs({});
	}
}
