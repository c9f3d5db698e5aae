import * as pulumi from "@pulumi/pulumi";
import type { RegistryDependencies } from "../registry-server.ts";
import { type TierRegistry, tierRegistry } from "./tier-registry.ts";

export type RegionalCacheArgs = RegistryDependencies & TierRegistry;

/** A region's pull-through copy of an origin tier: equal replicas, each with what it was asked for. */
export class RegionalCache extends pulumi.ComponentResource {
	constructor(
		name: string,
		args: RegionalCacheArgs,
		opts: pulumi.ComponentResourceOptions,
	) {
		const { registry, stores } = args;
		super(
			"registry-tiers:index:RegionalCache",
			name,
			{ registry, stores },
			opts,
		);
		tierRegistry(name, args, args, this);
		this.registerOutputs({});
	}
}
