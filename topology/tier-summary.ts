import { allowedVerbs, PRINCIPALS, type Verb } from "./access.ts";
import type { Estate, Registry } from "./estate.ts";
import { publishedAddress } from "./published.ts";

/** One registry as its users see it. */
export interface TierSummary {
	readonly tier: string;
	/** What image names begin with, e.g. `localhost:5102`; absent for what is not published. */
	readonly address?: string;
	readonly push: readonly string[];
	readonly pull: readonly string[];
}

/** What `up` prints and the stack exports: every registry, its address and its users. */
export function tierSummaries(estate: Estate): readonly TierSummary[] {
	return estate.registries.map((registry) => {
		const address = publishedAddress(registry);
		return {
			tier: registry.name,
			...(address && { address }),
			push:
				registry.mode === "read-write"
					? holders(estate, registry, ["create", "retag"])
					: [],
			pull: holders(estate, registry, ["pull"]),
		};
	});
}

function holders(
	estate: Estate,
	registry: Registry,
	verbs: readonly Verb[],
): readonly string[] {
	const accounts = estate.gates.flatMap((gate) => gate.accounts);
	return PRINCIPALS.filter(
		(principal) =>
			allowedVerbs(registry.tier, principal, registry.flags).some((verb) =>
				verbs.includes(verb),
			) &&
			(principal === "anonymous" ||
				accounts.some(
					(a) => a.principal === principal && a.registry === registry.name,
				)),
	);
}
