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
		registries,
		stores: storesOf(registries, spec.platform),
		gates,
		segments: compileSegments(spec, registries, gates),
		regions,
		promotion: {
			...spec.promotion,
			from: "ci-snapshots",
			to: PROD_RW,
			readAccount: account("promoter", "ci-snapshots"),
			writeAccount: account("promoter", PROD_RW),
		},
		cleanup: {
			...spec.cleanup,
			accounts: registries
				.filter(({ tier }) => mayListRepositories(tier, "cleaner"))
				.map(({ name }) => account("cleaner", name)),
		},
		...(mirroring && { mirroring }),
		rotation: spec.rotation,
	};
}

function mirroringOf({
	tiers: { archive },
}: EstateSpec): Mirroring | undefined {
	if (!archive) return undefined;
	const { schedule, timeZone, lists, upstreamPort } = archive;
	return {
		schedule,
		timeZone,
		lists,
		to: "archive",
		account: account("archiver", "archive"),
		...(upstreamPort !== undefined && { upstreamPort }),
	};
}

function storesOf(
	registries: readonly Registry[],
	platform: EstateSpec["platform"],
): readonly Store[] {
	const stores = new Map<string, Store>();
	for (const { stores: names, tier } of registries) {
		// On Docker everything is development: `down` must leave nothing behind.
		const durability: Durability =
			platform === "docker" ? "disposable" : TIER_PROMISES[tier].durability;
		for (const name of names) stores.set(name, { name, tier, durability });
	}
	return [...stores.values()];
}
