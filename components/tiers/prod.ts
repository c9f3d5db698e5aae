import * as pulumi from "@pulumi/pulumi";
import type { Registry, Store } from "../../topology/estate.ts";
import {
	type RegistryDependencies,
	registryServerArgs,
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
			{
				durability: store.durability,
				size: store.size,
				owner: `registry:${readOnly.name}`,
			},
			{ parent: this },
		);
		const half = (serverName: string, registry: Registry) =>
			registryServerArgs(serverName, registry, [storage], args, this).map(
				(server) => ({
					name: serverName,
					args: server,
					dependsOn: [args.gateOf(registry)],
				}),
			);
		args.platform.sideBySide(
			`${name}-server`,
			[
				...half(`${name}-rw-server`, readWrite),
				...half(`${name}-ro-server`, readOnly),
			],
			this,
		);
		this.registerOutputs({});
	}
}
