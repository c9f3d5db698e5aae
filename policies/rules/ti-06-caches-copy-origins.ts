import { isOrigin, registriesOf } from "../registry/registries.ts";
import type { StackRule } from "../rule.ts";

/** A cache of a cache is as old as both together, and away when either is. */
export const cachesCopyOrigins: StackRule = {
	id: "TI-06",
	sentence: "a cache copies an origin, never another cache or itself",
	remedy: "point remoteurl at the leg that leads to Prod or the Archive",
	severity: "medium",
	link: "https://distribution.github.io/distribution/recipes/mirror/",
	judgeStack(resources, report) {
		const registries = registriesOf(resources);
		const caches = registries.filter((registry) => !isOrigin(registry));
		const hostsOfCaches = caches
			.map(({ config }) => config.auth?.token?.realm)
			.map(hostOf);
		for (const { server, config } of caches) {
			const host = hostOf(config.proxy?.remoteurl);
			if (hostsOfCaches.includes(host))
				report(server.resource, `'${server.name}' copies the cache ${host}`);
		}
	},
};

const hostOf = (url = "unset:"): string => new URL(url).hostname;
