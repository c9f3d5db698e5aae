import { allowedVerbs, PRINCIPALS, type Principal } from "./access.ts";
import type { Account, EstateSpec, Gate, Registry } from "./estate.ts";
import type { Identity } from "./identity-spec.ts";
import { HOME, PROD_RW, PROMOTION } from "./names.ts";

/** The account of a principal at a registry. */
export function account(
	principal: Account["principal"],
	registry: string,
): Account {
	return { principal, registry, secret: `${principal}-${registry}` };
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
	{ regions: regionSpecs, identities = {} }: EstateSpec,
	registries: readonly Registry[],
): readonly Gate[] {
	const regions = Object.keys(regionSpecs);
	const named = Object.entries(identities).map(
		([name, identity]): Identity => ({ name, ...identity }),
	);
	return [HOME, PROMOTION, ...regions].map((name) => {
		const own = registries.filter((registry) => registry.gate === name);
		return {
			name,
			location: regions.includes(name) ? name : HOME,
			accounts: own.flatMap((registry) => accountsAt(registry, registries)),
			identities: named.filter(({ principal }) =>
				own.some((registry) => isKnownAt(principal, registry)),
			),
			keys: own.map(({ key }) => key),
		};
	});
}

function accountsAt(
	registry: Registry,
	all: readonly Registry[],
): readonly Account[] {
	return PRINCIPALS.flatMap((principal): readonly Account[] => {
		if (principal === "anonymous" || !isKnownAt(principal, registry)) return [];
		return principal === "cache"
			? all.flatMap(({ upstream }) =>
					upstream?.registry === registry.name ? [upstream.account] : [],
				)
			: [account(principal, registry.name)];
	});
}

/** Whether a principal can be somebody at a registry, with an account or a federated identity. */
export function isKnownAt(principal: Principal, registry: Registry): boolean {
	if (allowedVerbs(registry.tier, principal).length === 0) return false;
	// prod-rw is the promoter's alone; the promoter in turn needs nothing of the public half.
	if (registry.tier !== "prod") return true;
	return (registry.name === PROD_RW) === (principal === "promoter");
}
