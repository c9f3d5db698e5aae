import type { Estate } from "../estate.ts";
import { publishedAddress } from "../published.ts";
import type { Invariant } from "./invariant.ts";

export const everyRegionHasOneProdCache: Invariant = {
	id: "TI-10",
	statement:
		"each region has exactly one cache of Prod, two replicas of it, and one way in",
	remedy:
		"give each region of the configuration one port or host for its Prod cache",
	broken: (estate) => [
		...estate.regions.flatMap((region) => brokenRegion(estate, region)),
		...estate.registries
			.filter(
				({ mode, location }) =>
					mode === "pull-through" && !estate.regions.includes(location),
			)
			.map(
				({ name, location }) =>
					`cache '${name}' is in '${location}', which is no region`,
			),
	],
};

function brokenRegion(
	{ registries, gates }: Estate,
	region: string,
): readonly string[] {
	const caches = registries.filter(
		({ location, upstream }) =>
			location === region &&
			registries.some(
				({ name, tier }) => name === upstream?.registry && tier === "prod",
			),
	);
	const [cache] = caches;
	if (!cache || caches.length > 1) {
		return [`region '${region}' has ${caches.length} caches of Prod`];
	}
	return [
		...(cache.stores.length < 2
			? [`cache '${cache.name}' has ${cache.stores.length} replica`]
			: []),
		...(publishedAddress(cache) === undefined
			? [`cache '${cache.name}' has no way in for consumers`]
			: []),
		...(gates.some(({ name }) => name === cache.gate && name === region)
			? []
			: [`region '${region}' has no gate of its own`]),
	];
}
