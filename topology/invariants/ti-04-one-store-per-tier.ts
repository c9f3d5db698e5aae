import type { Invariant } from "./invariant.ts";

export const oneStorePerTier: Invariant = {
	id: "TI-04",
	statement:
		"a store belongs to one tier, and has one registry that writes to it",
	remedy: "give each tier a store of its own",
	broken: ({ registries, stores }) =>
		stores.flatMap(({ name, tier }) => {
			const users = registries.filter(({ store }) => store === name);
			const foreign = users
				.filter((registry) => registry.tier !== tier)
				.map(
					(registry) =>
						`registry '${registry.name}' of tier ${registry.tier} uses the store '${name}' of tier ${tier}`,
				);
			const writers = users.filter(({ mode }) => mode === "read-write");
			return writers.length > 1
				? [
						...foreign,
						`store '${name}' has ${writers.length} writing registries: ${writers.map(({ name }) => name).join(", ")}`,
					]
				: foreign;
		}),
};
