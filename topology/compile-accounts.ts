import { allowedVerbs, PRINCIPALS, type Principal } from "./access.ts";
import {
	type Account,
	type EstateSpec,
	type Gate,
	HOME_TIERS,
	type Registry,
	type ServiceAccount,
} from "./estate.ts";
import { gateHost, gatesAtHome, namespaceNamed, spaceOfJob } from "./hosts.ts";
import type { Identity } from "./identity-spec.ts";
import { clusterIdentities } from "./job-identities.ts";
import {
	CLEANUP_JOB,
	HOME,
	MIRROR_JOB,
	PROD_RW,
	PROMOTER_JOB,
} from "./names.ts";
import type { TierKind } from "./tier-kinds.ts";

/** The account of a principal at a registry. */
export function account(
	spec: EstateSpec,
	principal: Account["principal"],
	registry: string,
): Account {
	const serviceAccount = serviceAccountOf(spec, principal);
	return {
		principal,
		registry,
		secret: `${principal}-${registry}`,
		...(serviceAccount && { serviceAccount }),
	};
}

/** The jobs that prove with a token of the cluster who they are. */
const JOBS_BY_PRINCIPAL: Readonly<Partial<Record<Principal, string>>> = {
	promoter: PROMOTER_JOB,
	cleaner: CLEANUP_JOB,
	archiver: MIRROR_JOB,
};

function serviceAccountOf(
	{ platform, stack }: EstateSpec,
	principal: Principal,
): ServiceAccount | undefined {
	const job = JOBS_BY_PRINCIPAL[principal];
	if (platform === "docker" || job === undefined) return undefined;
	return { namespace: namespaceNamed(stack, spaceOfJob(job)), name: job };
}

/** The one credential a region has at home. Each region has its own, so that one can be taken back. */
export function regionAccount(region: string, registry: string): Account {
	return {
		principal: "cache",
		registry,
		secret: `cache-${region}-${registry}`,
	};
}

/** The gates of all locations, each with the accounts, identities and keys of its own registries. */
export function compileGates(
	spec: EstateSpec,
	registries: readonly Registry[],
): readonly Gate[] {
	const { identities = {}, kubernetes } = spec;
	const regions = Object.keys(spec.regions);
	const named = Object.entries(identities).map(
		([name, identity]): Identity => ({ name, ...identity }),
	);
	const gates = [...gatesAtHome(spec, tiersAtHome(spec)), ...regions];
	return gates.map((name) => {
		const own = registries.filter((registry) => registry.gate === name);
		const accounts = own.flatMap((registry) =>
			accountsAt(spec, registry, registries),
		);
		return {
			name,
			location: regions.includes(name) ? name : HOME,
			host: gateHost(spec, name),
			accounts,
			identities: [
				...named.filter(({ principal }) =>
					own.some((registry) => isKnownAt(principal, registry)),
				),
				...(kubernetes ? clusterIdentities(kubernetes, accounts) : []),
			],
			keys: own.map(({ key }) => key),
		};
	});
}

const tiersAtHome = ({ tiers }: EstateSpec): readonly TierKind[] => [
	...HOME_TIERS,
	...(tiers.archive ? (["archive"] as const) : []),
];

function accountsAt(
	spec: EstateSpec,
	registry: Registry,
	all: readonly Registry[],
): readonly Account[] {
	return PRINCIPALS.flatMap((principal): readonly Account[] => {
		if (principal === "anonymous" || !isKnownAt(principal, registry)) return [];
		return principal === "cache"
			? all.flatMap(({ upstream }) =>
					upstream?.registry === registry.name ? [upstream.account] : [],
				)
			: [account(spec, principal, registry.name)];
	});
}

/** Whether a principal can be somebody at a registry, with an account or a federated identity. */
export function isKnownAt(principal: Principal, registry: Registry): boolean {
	if (allowedVerbs(registry.tier, principal).length === 0) return false;
	// prod-rw is the promoter's alone; the promoter in turn needs nothing of the public half.
	if (registry.tier !== "prod") return true;
	return (registry.name === PROD_RW) === (principal === "promoter");
}
