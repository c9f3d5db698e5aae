import * as pulumi from "@pulumi/pulumi";
import { LEG_PORT, SERVICE_PORT, TLS_PORT } from "../topology/names.ts";
import { SERVER_MEMORY } from "../topology/server-memory.ts";
import {
	CERTIFICATE_ROOT,
	FRONT_HEALTH_PORT,
	type FrontSpec,
	publicHostsOf,
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
	/** Name of the front in the topology. */
	readonly front: string;
}

/** The one way in to a location's registries. */
export class Front extends pulumi.ComponentResource {
	constructor(
		name: string,
		args: FrontArgs,
		opts: pulumi.ComponentResourceOptions,
	) {
		const {
			platform,
			image,
			front,
			registries,
			gateHost,
			legs,
			tls,
			networks,
		} = args;
		const publicHosts = publicHostsOf(registries);
		super("registry-tiers:index:Front", name, { registries, legs }, opts);
		platform.server(
			`${name}-server`,
			{
				member: `front:${front}`,
				image,
				entrypoint: ["nginx"],
				args: ["-c", `${CONFIG_ROOT}/nginx.conf`, "-g", "daemon off;"],
				files: {
					"nginx.conf": renderFrontConfig(
						{ registries, gateHost, legs, tls },
						platform,
					),
				},
				networks,
				listens: [
					SERVICE_PORT,
					...(legs.length > 0 ? [LEG_PORT] : []),
					...(tls === "front" && publicHosts.length > 0 ? [TLS_PORT] : []),
				],
				health: httpHealth(FRONT_HEALTH_PORT),
				stateless: true,
				...SERVER_MEMORY.front,
				stopSeconds: 10,
				// SIGTERM ends nginx at once; this one finishes what is under way.
				stopSignal: "SIGQUIT",
				ports: registries
					.flatMap(({ port, mirror }) => [port, mirror?.port])
					.filter((port) => port !== undefined),
				publicHosts,
				...(tls === "front" &&
					publicHosts.length > 0 && { certificate: CERTIFICATE_ROOT }),
			},
			{ parent: this },
		);
		this.registerOutputs({});
	}
}
