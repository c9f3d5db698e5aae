import { isOrigin, registriesOf } from "../registry/registries.ts";
import type { StackRule } from "../rule.ts";

/** A region that caches the Archive alone would start nothing on the day home is away. */
export const everyRegionHasOneProdCache: StackRule = {
	id: "TI-10",
	sentence: "a region with any cache has one of Prod",
	remedy: "give the region a cache of Prod, or take its other caches away",
	severity: "medium",
	link: "https://distribution.github.io/distribution/recipes/mirror/",
	judgeStack(resources, report) {
		const caches = registriesOf(resources).filter(
			(registry) => !isOrigin(registry),
		);
		const covered = caches.map(({ tier }) => regionOf(tier, "prod"));
		for (const { server, tier } of caches) {
			const region = tier.slice(tier.indexOf("-") + 1);
			if (!covered.includes(region))
				report(
					server.resource,
					`'${server.name}' is in the region '${region}', which has no cache of Prod`,
				);
		}
	},
};

const regionOf = (tier: string, origin: string) =>
	tier.startsWith(`${origin}-`) ? tier.slice(origin.length + 1) : undefined;
