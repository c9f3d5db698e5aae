import {
	type RegistryServer,
	registriesOf,
	servesProd,
} from "../registry/registries.ts";
import type { Store } from "../registry/servers.ts";
import type { StackRule } from "../rule.ts";

/** Two registries over one store see each other's images, whatever their gates say. */
export const oneStorePerRegistry: StackRule = {
	id: "TI-04",
	sentence:
		"every registry has a store of its own; Prod's two halves share one, and one of them reads it alone",
	remedy:
		"give each registry server its own volume or claim, and mount Prod's readOnly where it is public",
	severity: "critical",
	link: "https://distribution.github.io/distribution/about/configuration/#storage",
	judgeStack(resources, report) {
		const first = new Map<string, { registry: RegistryServer; store: Store }>();
		for (const registry of registriesOf(resources)) {
			const { server, config } = registry;
			const root = config.storage?.filesystem?.rootdirectory ?? "unset";
			const store = server.stores.find(
				({ path }) => root === path || root.startsWith(`${path}/`),
			);
			if (!store) {
				report(
					server.resource,
					`'${server.name}' keeps its blobs in ${root}, which is no volume or claim`,
				);
				continue;
			}
			const other = first.get(store.id);
			first.set(store.id, { registry, store });
			if (!other) continue;
			const published = registry.tier === "prod-rw" ? other.store : store;
			const pair =
				servesProd(registry) &&
				servesProd(other.registry) &&
				registry.tier !== other.registry.tier &&
				published.readOnly;
			if (!pair)
				report(
					server.resource,
					`'${server.name}' shares its store with '${other.registry.server.name}'`,
				);
		}
	},
};
