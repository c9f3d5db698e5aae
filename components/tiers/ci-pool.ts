import * as pulumi from "@pulumi/pulumi";
import type { RegistryDependencies } from "../registry-server.ts";
import { type TierRegistry, tierRegistry } from "./tier-registry.ts";

export interface CiPoolArgs extends RegistryDependencies {
	/** Images of pre-merge checks and test runs. */
	readonly tests: TierRegistry;
	/** The latest builds of each application, the only source of promotion. */
	readonly snapshots: TierRegistry;
}

/** Where CI writes and everyone reads: two registries that share nothing but their users. */
export class CiPool extends pulumi.ComponentResource {
	constructor(
		name: string,
		args: CiPoolArgs,
		opts: pulumi.ComponentResourceOptions,
	) {
		const { tests, snapshots } = args;
		super("registry-tiers:index:CiPool", name, { tests, snapshots }, opts);
		tierRegistry(`${name}-tests`, tests, args, this);
		tierRegistry(`${name}-snapshots`, snapshots, args, this);
		this.registerOutputs({});
	}
}
