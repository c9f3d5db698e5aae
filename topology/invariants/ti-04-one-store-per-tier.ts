import type { Invariant } from "./invariant.ts";

export const oneStorePerTier: Invariant = {
	id: "TI-04",
	statement:
		"a store belongs to one tier, and has one server that writes to it",
	remedy: "give each tier, and each replica of a cache, a store of its own",
	broken: ({ registries, stores }) => [
		...registries
			.filter(({ stores }) => new Set(stores).size < stores.length)
			.map(({ name }) => `replicas of '${name}' share a store`),
		...stores.flatMap(({ name, tier }) => {
			const users = registries.filter(({ stores }) => stores.includes(name));
			const foreign = users
				.filter((registry) => registry.tier !== tier)
				.map(
					(registry) =>
						`registry '${registry.name}' of tier ${registry.tier} uses the store '${name}' of tier ${tier}`,
				);
			const writers = users.filter(({ mode }) => mode !== "read-only");
			return writers.length > 1
				? [
						...foreign,
						`store '${name}' has ${writers.length} writing registries: ${writers.map(({ name }) => name).join(", ")}`,
					]
				: foreign;
		}),
	],
};
