import * as pulumi from "@pulumi/pulumi";
import type { Registry, Store } from "../../topology/estate.ts";
import {
	type RegistryDependencies,
	registryServer,
} from "../registry-server.ts";

export interface SandboxArgs extends RegistryDependencies {
	readonly registry: Registry;
	readonly store: Store;
}

/** Throw-away images of developers: one registry over a store that may vanish at any time. */
export class Sandbox extends pulumi.ComponentResource {
	constructor(
		name: string,
		args: SandboxArgs,
		opts: pulumi.ComponentResourceOptions,
	) {
		const { registry, store } = args;
		super("registry-tiers:index:Sandbox", name, { registry, store }, opts);
		const storage = args.platform.storage(
			`${name}-storage`,
			{ durability: store.durability },
			{ parent: this },
		);
		registryServer(`${name}-server`, registry, storage, args, this);
		this.registerOutputs({});
	}
}
