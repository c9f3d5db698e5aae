import * as pulumi from "@pulumi/pulumi";
import type { Gate as GateSpec } from "../topology/estate.ts";
import type {
	GateAccount,
	GateConfig,
	GateKeys,
} from "../topology/gate-config.ts";
import { SERVICE_PORT } from "../topology/names.ts";
import { SERVER_MEMORY } from "../topology/server-memory.ts";
import { httpHealth } from "./http-health.ts";
import type { KeySeeds } from "./keys.ts";
import {
	CONFIG_ROOT,
	type Image,
	type Network,
	type Platform,
} from "./platform/platform.ts";

export interface GateArgs {
	readonly platform: Platform;
	/** Image with the estate's own services. */
	readonly image: Image;
	/** The gate in the topology. */
	readonly gate: GateSpec;
	readonly config: GateConfig;
	/** The signing keys by registry name. */
	readonly seeds: Readonly<Record<string, KeySeeds>>;
	/** Secret. */
	readonly accounts: pulumi.Output<readonly GateAccount[]>;
	/** The networks of its registries. */
	readonly networks: readonly Network[];
}

/** Where the gate finds its secrets, which it reads again when they change. */
const TRUST_ROOT = "/trust";

/** Issues the tokens of its registries and judges every manifest write to them. */
export class Gate extends pulumi.ComponentResource {
	constructor(
		name: string,
		args: GateArgs,
		opts: pulumi.ComponentResourceOptions,
	) {
		const { platform, image, gate, config, seeds, accounts } = args;
		super("registry-tiers:index:Gate", name, { gate: gate.name, config }, opts);
		const keys: pulumi.Output<GateKeys> = pulumi.output(
			Object.fromEntries(
				Object.entries(seeds).map(([registry, { signing }]) => [
					registry,
					{ seed: signing },
				]),
			),
		);
		platform.server(
			`${name}-server`,
			{
				member: `gate:${gate.name}`,
				image,
				entrypoint: ["node"],
				args: [
					"/app/gate.mjs",
					"--config",
					`${CONFIG_ROOT}/gate.json`,
					"--keys",
					`${TRUST_ROOT}/keys.json`,
					"--accounts",
					`${TRUST_ROOT}/accounts.json`,
					"--port",
					String(SERVICE_PORT),
				],
				files: { "gate.json": JSON.stringify(config) },
				reread: {
					path: TRUST_ROOT,
					files: {
						"keys.json": pulumi.jsonStringify(keys),
						"accounts.json": pulumi.jsonStringify(accounts),
					},
				},
				networks: args.networks.map((network) => ({
					network,
					aliases: [gate.host],
				})),
				listens: [SERVICE_PORT],
				health: httpHealth(SERVICE_PORT, "/healthz"),
				...SERVER_MEMORY.gate,
				...(gate.identities.some(({ tokenFile }) => tokenFile) && {
					asksPlatform: true as const,
				}),
				// Writes under way are finished; an idle gate ends at once.
				stopSeconds: 40,
			},
			{ parent: this },
		);
		this.registerOutputs({});
	}
}
