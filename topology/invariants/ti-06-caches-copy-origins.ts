import { TIER_PROMISES } from "../tier-kinds.ts";
import type { Invariant } from "./invariant.ts";

export const cachesCopyOrigins: Invariant = {
	id: "TI-06",
	statement: "a cache copies an origin tier, never another cache",
	remedy: "name prod or archive as the cache's upstream",
	broken: ({ caches, registries }) =>
		caches.flatMap(({ name, upstream }) => {
			const source = registries.find((registry) => registry.name === upstream);
			if (!source)
				return [`cache '${name}' copies '${upstream}', which does not exist`];
			return TIER_PROMISES[source.tier].role === "replica"
				? [`cache '${name}' copies '${upstream}', which is a cache itself`]
				: [];
		}),
};
