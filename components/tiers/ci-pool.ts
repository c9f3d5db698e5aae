import * as pulumi from "@pulumi/pulumi";
import type { Registry, Store } from "../../topology/estate.ts";
import {
	type RegistryDependencies,
	registryServer,
} from "../registry-server.ts";

/** One half of the pool. */
export interface CiPoolHalf {
	readonly registry: Registry;
	readonly store: Store;
}

export interface CiPoolArgs extends RegistryDependencies {
	/** Images of pre-merge checks and test runs. */
	readonly tests: CiPoolHalf;
	/** The latest builds of each application, the only source of promotion. */
	readonly snapshots: CiPoolHalf;
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
		for (const [role, { registry, store }] of Object.entries({
			tests,
			snapshots,
		})) {
			const storage = args.platform.storage(
				`${name}-${role}-storage`,
				{ durability: store.durability },
				{ parent: this },
			);
			registryServer(`${name}-${role}-server`, registry, storage, args, this);
		}
		this.registerOutputs({});
	}
}
