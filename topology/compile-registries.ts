import type { AccessFlags } from "./access.ts";
import { regionAccount } from "./compile-accounts.ts";
import {
	type EstateSpec,
	HOME_TIERS,
	type HomeTier,
	type RegionSpec,
	type Registry,
	type TierSpec,
} from "./estate.ts";
import { cacheName, HOME, PROD_RW, PROMOTION } from "./names.ts";
import { namingRule } from "./naming.ts";
import { DEFAULT_RETENTION } from "./retention.ts";
import { TIER_PROMISES, type TierKind } from "./tier-kinds.ts";

const PROMOTED_ONLY =
	"images get here by promotion alone; list yours in a promotion manifest";
/** Two, so that one can be reset or replaced while the other serves. */
const CACHE_REPLICAS = 2;
/** What Docker Engines leave out of a name they look up at their mirror. */
const DOCKER_HUB_PREFIX = "docker.io";

/** Every registry of the estate: the tiers at home, the writing half of Prod, the regions' caches. */
export function compileRegistries(spec: EstateSpec): readonly Registry[] {
	return [
		...HOME_TIERS.map((tier) => homeRegistry(spec, tier)),
		...archive(spec),
		prodReadWrite(spec),
		...Object.entries(spec.regions).flatMap(([region, regionSpec]) =>
			caches(spec, region, regionSpec),
		),
	];
}

function homeRegistry(spec: EstateSpec, tier: HomeTier): Registry {
	return {
		...origin(spec, tier, tier, spec.tiers[tier]),
		// Prod's public half cannot write whatever a token says.
		...(tier === "prod"
			? { mode: "read-only", readOnlyReason: PROMOTED_ONLY }
			: { mode: "read-write" }),
		gate: HOME,
		host: `${tier}.${HOME}.test`,
		port: spec.tiers[tier].port,
	};
}

function archive(spec: EstateSpec): Registry[] {
	const own = spec.tiers.archive;
	if (!own) return [];
	return [
		{
			...origin(spec, "archive", "archive", own),
			mode: "read-write",
			gate: HOME,
			host: `archive.${HOME}.test`,
			port: own.port,
			...(own.mirrorPort !== undefined && {
				mirror: { port: own.mirrorPort, prefix: DOCKER_HUB_PREFIX },
			}),
		},
	];
}

function prodReadWrite(spec: EstateSpec): Registry {
	return {
		...origin(spec, "prod", PROD_RW, spec.tiers.prod),
		mode: "read-write",
		gate: PROMOTION,
		host: `${PROD_RW}.${PROMOTION}.test`,
	};
}

function caches(
	spec: EstateSpec,
	region: string,
	{ port, archivePort, anonymousPull }: RegionSpec,
): Registry[] {
	const flags = anonymousPull === undefined ? {} : { anonymousPull };
	return [
		cache(spec, region, "prod", port, flags),
		...(archivePort === undefined
			? []
			: [cache(spec, region, "archive", archivePort, flags)]),
	];
}

function cache(
	spec: EstateSpec,
	region: string,
	of: "prod" | "archive",
	port: number,
	flags: AccessFlags,
): Registry {
	const name = cacheName(of, region);
	return {
		...common(spec.stack, "cache", name, flags),
		location: region,
		mode: "pull-through",
		readOnlyReason: `images get here from ${of}, when they are pulled`,
		stores: Array.from({ length: CACHE_REPLICAS }, (_, i) => `${name}-${i}`),
		upstream: {
			registry: of,
			account: regionAccount(region, of),
			legHost: `${of}-leg.${region}.test`,
		},
		gate: region,
		host: `${of}.${region}.test`,
		port,
		naming: namingRule("cache", true),
		requiredLabels: [],
	};
}

function origin(
	{ stack }: EstateSpec,
	tier: Exclude<TierKind, "cache">,
	name: string,
	{ open, anonymousPull, names, tags, requiredLabels, retention }: TierSpec,
) {
	const swept = DEFAULT_RETENTION[tier];
	return {
		...common(stack, tier, name, {
			...(open !== undefined && { open }),
			...(anonymousPull !== undefined && { anonymousPull }),
		}),
		location: HOME,
		stores: [tier],
		naming: namingRule(tier, TIER_PROMISES[tier].fallbackTags, {
			...(names && { names }),
			...(tags && { tags }),
		}),
		requiredLabels: requiredLabels ?? [],
		...(swept && { retention: retention ?? swept }),
	};
}

function common(
	stack: string,
	tier: TierKind,
	name: string,
	flags: AccessFlags,
) {
	const { deletes, tags } = TIER_PROMISES[tier];
	return {
		name,
		tier,
		service: `${name}.${stack}`,
		issuer: `gate.${name}.${stack}`,
		key: name,
		deletes,
		createOnlyTags: tags === "create-only",
		flags,
	};
}
