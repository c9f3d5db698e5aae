import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";
import { DOCKER_HUB } from "../topology/names.ts";
import { DOCKER_HUB_ALIAS } from "./names.ts";
import {
	CONFIG_ROOT,
	type Image,
	type Network,
	type Platform,
} from "./platform/platform.ts";
import { debugPort, registryHealth, STORE_ROOT } from "./registry-config.ts";

export interface DockerHubArgs {
	readonly platform: Platform;
	/** Image of CNCF distribution. */
	readonly image: Image;
	readonly port: number;
	readonly networks: readonly Network[];
}

const CONFIG_FILE = "config.yml";
const MEMORY_MIB = 128;
const MEMBER = `upstream:${DOCKER_HUB}` as const;

/**
 * A registry that plays Docker Hub in development: no tokens, no gate, and whoever reaches it may
 * push. The archiver asks it instead of the real one.
 */
export class DockerHub extends pulumi.ComponentResource {
	constructor(
		name: string,
		{ platform, image, port, networks }: DockerHubArgs,
		opts: pulumi.ComponentResourceOptions,
	) {
		super("registry-tiers:index:DockerHub", name, { port }, opts);
		const storage = platform.storage(
			`${name}-storage`,
			{ durability: "disposable", owner: MEMBER, size: "1Gi" },
			{ parent: this },
		);
		platform.server(
			`${name}-server`,
			{
				member: MEMBER,
				image,
				entrypoint: ["registry"],
				args: ["serve", `${CONFIG_ROOT}/${CONFIG_FILE}`],
				env: { OTEL_TRACES_EXPORTER: "none" },
				files: { [CONFIG_FILE]: configuration(port) },
				mounts: [{ storage, path: STORE_ROOT, readOnly: false }],
				networks: networks.map((network) => ({
					network,
					aliases: [DOCKER_HUB_ALIAS],
				})),
				listens: [port],
				health: registryHealth({ port }),
				memoryMiB: MEMORY_MIB,
				reservedMiB: MEMORY_MIB / 4,
				stopSeconds: 2,
				ports: [port],
			},
			{ parent: this },
		);
		this.registerOutputs({});
	}
}

function configuration(port: number): string {
	return stringify({
		version: 0.1,
		log: { level: "info", accesslog: { disabled: true } },
		storage: {
			filesystem: { rootdirectory: STORE_ROOT },
			delete: { enabled: true },
		},
		http: {
			addr: `:${port}`,
			relativeurls: true,
			debug: { addr: `127.0.0.1:${debugPort({ port })}` },
		},
	});
}
