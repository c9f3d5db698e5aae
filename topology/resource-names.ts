import type { Registry } from "./estate.ts";

/** Where the resources of a registry's tier are in a stack. */
export interface TierResources {
	/** Last part of the type of the component they are children of. */
	readonly component: string;
	/** What their names begin with. */
	readonly prefix: string;
	/** Names of the registry's servers, in the order of its stores. */
	readonly servers: readonly string[];
	/** Names of its stores. */
	readonly storages: readonly string[];
}

/**
 * The names components give to what belongs to a registry, for commands that pick it out of a
 * stack. Public contract: a name that changes here needs an alias there.
 */
export function tierResources(registry: Registry): TierResources {
	const { component, prefix, storage } = namesOf(registry);
	const numbered = (name: string) =>
		registry.stores.length === 1
			? [name]
			: registry.stores.map((_, i) => `${name}-${i}`);
	return {
		component,
		prefix,
		servers: numbered(`${prefix}-server`),
		storages: numbered(storage ?? `${prefix}-storage`),
	};
}

interface Names {
	readonly component: string;
	readonly prefix: string;
	/** @default - `${prefix}-storage` */
	readonly storage?: string;
}

function namesOf({ name, tier, mode }: Registry): Names {
	switch (tier) {
		case "sandbox":
			return { component: "Sandbox", prefix: name };
		case "ci-tests":
			return { component: "CiPool", prefix: "ci-pool-tests" };
		case "ci-snapshots":
			return { component: "CiPool", prefix: "ci-pool-snapshots" };
		case "prod":
			return {
				component: "Prod",
				prefix: mode === "read-only" ? "prod-ro" : "prod-rw",
				storage: "prod-storage",
			};
		case "archive":
			return { component: "Archive", prefix: name };
		case "cache":
			return { component: "RegionalCache", prefix: name };
	}
}
