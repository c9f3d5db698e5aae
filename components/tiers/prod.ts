import * as pulumi from "@pulumi/pulumi";
import type { Registry, Store } from "../../topology/estate.ts";
import {
	type RegistryDependencies,
	registryServers,
} from "../registry-server.ts";

export interface ProdArgs extends RegistryDependencies {
	/** The half only the promoter reaches. */
	readonly readWrite: Registry;
	/** The half consumers pull from: read-only by its configuration and by its mount. */
	readonly readOnly: Registry;
	/** The store of both. */
	readonly store: Store;
}

/** What consumers run: a pair of registries over one store, so that no mistake lets a consumer write. */
export class Prod extends pulumi.ComponentResource {
	constructor(
		name: string,
		args: ProdArgs,
		opts: pulumi.ComponentResourceOptions,
	) {
		const { readWrite, readOnly, store } = args;
		super(
			"registry-tiers:index:Prod",
			name,
			{ readWrite, readOnly, store },
			opts,
		);
		const storage = args.platform.storage(
			`${name}-storage`,
			{ durability: store.durability },
			{ parent: this },
		);
		registryServers(`${name}-rw-server`, readWrite, [storage], args, this);
		registryServers(`${name}-ro-server`, readOnly, [storage], args, this);
		this.registerOutputs({});
	}
}
