import * as pulumi from "@pulumi/pulumi";
import type { Registry } from "../topology/estate.ts";
import { FRONT_HEALTH_PORT, renderFrontConfig } from "./front-config.ts";
import {
	type Attachment,
	CONFIG_ROOT,
	type Image,
	type Network,
	type Platform,
} from "./platform/platform.ts";

export interface FrontArgs {
	readonly platform: Platform;
	/** Image of nginx. */
	readonly image: Image;
	/** Name of the gate that judges writes to these registries. */
	readonly gate: string;
	readonly registries: readonly Registry[];
	/** The network each registry is on. */
	readonly networkOf: (registry: Registry) => Network;
	/** Networks of its clients, with the names it has there. */
	readonly clients: readonly Attachment[];
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
		const { platform, image, gate, registries } = args;
		super("registry-tiers:index:Front", name, { gate, registries }, opts);
		platform.server(
			`${name}-server`,
			{
				image,
				entrypoint: ["nginx"],
				args: ["-c", `${CONFIG_ROOT}/nginx.conf`, "-g", "daemon off;"],
				files: { "nginx.conf": renderFrontConfig({ gate, registries }) },
				networks: [
					...args.clients,
					...registries.map((registry) => ({
						network: args.networkOf(registry),
						aliases: [],
					})),
				],
				health: [
					"wget",
					"-q",
					"-O",
					"/dev/null",
					`http://127.0.0.1:${FRONT_HEALTH_PORT}/`,
				],
				memoryMiB: MEMORY_MIB,
				stopSeconds: 10,
				// SIGTERM ends nginx at once; this one finishes what is under way.
				stopSignal: "SIGQUIT",
				ports: registries.flatMap(({ port }) => (port ? [port] : [])),
			},
			{ parent: this },
		);
		this.registerOutputs({});
	}
}
