import { mayListRepositories } from "./access.ts";
import { account, compileGates } from "./compile-accounts.ts";
import { compileRegistries } from "./compile-registries.ts";
import { compileSegments } from "./compile-segments.ts";
import type {
	Estate,
	EstateSpec,
	Mirroring,
	Registry,
	Store,
} from "./estate.ts";
import { PROD_RW } from "./names.ts";
import { DEFAULT_STORAGE } from "./storage-size.ts";
import { type Durability, TIER_PROMISES } from "./tier-kinds.ts";

/** Derives the running estate from its description. Pure; `checkInvariants` judges the result. */
export function compileEstate(spec: EstateSpec): Estate {
	const registries = compileRegistries(spec);
	const regions = Object.keys(spec.regions);
	const mirroring = mirroringOf(spec);
	const gates = compileGates(spec, registries);
	return {
		stack: spec.stack,
		platform: spec.platform,
		...(spec.kubernetes && { kubernetes: spec.kubernetes }),
		registries,
		stores: storesOf(registries, spec),
		gates,
		segments: compileSegments(spec, registries, gates),
		regions,
		promotion: {
			...spec.promotion,
			from: "ci-snapshots",
			to: PROD_RW,
			readAccount: account(spec, "promoter", "ci-snapshots"),
			writeAccount: account(spec, "promoter", PROD_RW),
		},
		cleanup: {
			...spec.cleanup,
			accounts: registries
				.filter(({ tier }) => mayListRepositories(tier, "cleaner"))
				.map(({ name }) => account(spec, "cleaner", name)),
		},
		...(mirroring && { mirroring }),
		rotation: spec.rotation,
	};
}

function mirroringOf(spec: EstateSpec): Mirroring | undefined {
	const { archive } = spec.tiers;
	if (!archive) return undefined;
	const { schedule, timeZone, lists, upstreamPort } = archive;
	return {
		schedule,
		timeZone,
		lists,
		to: "archive",
		account: account(spec, "archiver", "archive"),
		...(upstreamPort !== undefined && { upstreamPort }),
	};
}

function storesOf(
	registries: readonly Registry[],
	spec: EstateSpec,
): readonly Store[] {
	const stores = new Map<string, Store>();
	for (const { name: registry, stores: names, tier, location } of registries) {
		// On Docker everything is development: `down` must leave nothing behind.
		const durability: Durability =
			spec.platform === "docker"
				? "disposable"
				: TIER_PROMISES[tier].durability;
		const size =
			(tier === "cache" ? spec.regions[location] : spec.tiers[tier])?.storage ??
			DEFAULT_STORAGE[tier];
		for (const name of names) {
			if (stores.has(name)) continue;
			stores.set(name, { name, tier, durability, size, registry });
		}
	}
	return [...stores.values()];
}
