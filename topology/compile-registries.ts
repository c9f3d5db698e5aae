import type { AccessFlags } from "./access.ts";
import { regionAccount } from "./compile-accounts.ts";
import {
	type ArchiveSpec,
	type EstateSpec,
	HOME_TIERS,
	type HomeTier,
	type Mirror,
	type PublicHost,
	type RegionSpec,
	type Registry,
	type ServerAddress,
	type TierSpec,
} from "./estate.ts";
import { frontHost, gateAtHome, serverHost } from "./hosts.ts";
import { tlsEnd } from "./kubernetes-spec.ts";
import { cacheName, HOME, PROD_RW } from "./names.ts";
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
		...published(spec, spec.tiers[tier].port, spec.tiers[tier].host),
	};
}

function archive(spec: EstateSpec): Registry[] {
	const own = spec.tiers.archive;
	if (!own) return [];
	const mirror = mirrorOf(spec, own);
	return [
		{
			...origin(spec, "archive", "archive", own),
			mode: "read-write",
			...published(spec, own.port, own.host),
			...(mirror && { mirror }),
		},
	];
}

function mirrorOf(
	spec: EstateSpec,
	{ mirrorPort: port, mirrorHost: host }: ArchiveSpec,
): Mirror | undefined {
	if (port === undefined && host === undefined) return undefined;
	return {
		...published(spec, port, host),
		prefix: DOCKER_HUB_PREFIX,
	};
}

function prodReadWrite(spec: EstateSpec): Registry {
	return {
		...origin(spec, "prod", PROD_RW, spec.tiers.prod),
		mode: "read-write",
	};
}

function caches(
	spec: EstateSpec,
	region: string,
	{ port, host, archivePort, archiveHost, anonymousPull }: RegionSpec,
): Registry[] {
	const flags = anonymousPull === undefined ? {} : { anonymousPull };
	const hasArchive = archivePort !== undefined || archiveHost !== undefined;
	return [
		cache(spec, region, "prod", published(spec, port, host), flags),
		...(hasArchive
			? [
					cache(
						spec,
						region,
						"archive",
						published(spec, archivePort, archiveHost),
						flags,
					),
				]
			: []),
	];
}

function cache(
	spec: EstateSpec,
	region: string,
	of: "prod" | "archive",
	address: PublishedAs,
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
			legHost: frontHost(spec, `${of}-leg`, region),
		},
		gate: region,
		host: frontHost(spec, of, region),
		server: serverAddress(spec, name, region, CACHE_REPLICAS),
		...address,
		naming: namingRule("cache", true),
		requiredLabels: [],
	};
}

function origin(
	spec: EstateSpec,
	tier: Exclude<TierKind, "cache">,
	name: string,
	{ open, anonymousPull, names, tags, requiredLabels, retention }: TierSpec,
) {
	const swept = DEFAULT_RETENTION[tier];
	const gate = gateAtHome(spec, name);
	return {
		...common(spec.stack, tier, name, {
			...(open !== undefined && { open }),
			...(anonymousPull !== undefined && { anonymousPull }),
		}),
		location: HOME,
		stores: [tier],
		gate,
		host: frontHost(spec, name, gate),
		server: serverAddress(spec, name, gate, 1),
		naming: namingRule(tier, TIER_PROMISES[tier].fallbackTags, {
			...(names && { names }),
			...(tags && { tags }),
		}),
		requiredLabels: requiredLabels ?? [],
		...(swept && { retention: retention ?? swept }),
	};
}

/** Port of a registry server. Those of Prod share the addresses of a pod where they share a claim. */
const registryPort = (name: string) => (name === PROD_RW ? 5010 : 5000);

function serverAddress(
	spec: EstateSpec,
	name: string,
	gate: string,
	replicas: number,
): ServerAddress {
	const host = serverHost(spec, `${name}-registry`, gate);
	return {
		host,
		replicas:
			replicas === 1
				? [host]
				: Array.from({ length: replicas }, (_, i) =>
						serverHost(spec, `${name}-registry-${i}`, gate),
					),
		port: registryPort(name),
	};
}

/** Where clients outside find a registry. */
interface PublishedAs {
	readonly port?: number;
	readonly publicHost?: PublicHost;
}

function published(
	{ kubernetes }: EstateSpec,
	port: number | undefined,
	host: string | undefined,
): PublishedAs {
	const tls = kubernetes ? tlsEnd(kubernetes.exposure) !== "none" : false;
	return {
		...(port !== undefined && { port }),
		...(host !== undefined && { publicHost: { name: host, tls } }),
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
