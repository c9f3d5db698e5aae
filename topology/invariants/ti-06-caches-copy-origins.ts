import { TIER_PROMISES } from "../tier-kinds.ts";
import type { Invariant } from "./invariant.ts";

export const cachesCopyOrigins: Invariant = {
	id: "TI-06",
	statement: "a cache copies an origin tier, never another cache",
	remedy: "name prod or archive as the cache's upstream",
	broken: ({ registries }) =>
		registries.flatMap(({ name, mode, upstream }) => {
			if (mode !== "pull-through") return [];
			if (!upstream) return [`cache '${name}' copies nothing`];
			const source = registries.find((r) => r.name === upstream.registry);
			if (!source) {
				return [
					`cache '${name}' copies '${upstream.registry}', which does not exist`,
				];
			}
			return TIER_PROMISES[source.tier].role === "replica"
				? [
						`cache '${name}' copies '${upstream.registry}', which is a cache itself`,
					]
				: [];
		}),
};
