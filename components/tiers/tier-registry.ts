import type * as pulumi from "@pulumi/pulumi";
import type { Registry, Store } from "../../topology/estate.ts";
import type { Storage } from "../platform/platform.ts";
import {
	type RegistryDependencies,
	registryServers,
} from "../registry-server.ts";

/** A registry with the stores of its replicas, as the topology describes them. */
export interface TierRegistry {
	readonly registry: Registry;
	readonly stores: readonly Store[];
}

/** Makes the stores of a registry and starts its servers over them, all named after `name`. */
export function tierRegistry(
	name: string,
	{ registry, stores }: TierRegistry,
	dependencies: RegistryDependencies,
	parent: pulumi.Resource,
): readonly Storage[] {
	const alone = stores.length === 1;
	const storages = stores.map(({ durability, size }, i) =>
		dependencies.platform.storage(
			alone ? `${name}-storage` : `${name}-storage-${i}`,
			{ durability, size, owner: `registry:${registry.name}` },
			{ parent },
		),
	);
	registryServers(`${name}-server`, registry, storages, dependencies, parent);
	return storages;
}
