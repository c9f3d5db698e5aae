import { allowedVerbs } from "./access.ts";
import {
	type Account,
	type Estate,
	type EstateSpec,
	type Gate,
	HOME_TIERS,
	type HomeTier,
	type Member,
	type Registry,
	type Segment,
	type Store,
} from "./estate.ts";
import { namingRule } from "./naming.ts";
import { type Durability, TIER_PROMISES, type TierKind } from "./tier-kinds.ts";

/** The read-write half of the Prod pair, which only the promoter reaches. */
export const PROD_RW = "prod-rw";
/** The gate and front of the home location's tiers. */
export const HOME = "home";
/** The gate and front before `prod-rw`. */
export const PROMOTION = "promotion";
/** The job that promotes. */
export const PROMOTER_JOB = "promoter";

const PROMOTED_ONLY =
	"images get here by promotion alone; list yours in a promotion manifest";

/** Derives the running estate from its description. Pure; `checkInvariants` judges the result. */
export function compileEstate(spec: EstateSpec): Estate {
	const registries = [
		...HOME_TIERS.map((tier) => homeRegistry(spec, tier)),
		prodReadWrite(spec),
	];
	const gates = [HOME, PROMOTION].map((name) => gate(name, registries));
	return {
		stack: spec.stack,
		platform: spec.platform,
		registries,
		stores: HOME_TIERS.map((tier) => store(tier, spec.platform)),
		gates,
		segments: segments(registries),
		promotion: {
			...spec.promotion,
			from: "ci-snapshots",
			to: PROD_RW,
			readAccount: account("promoter", "ci-snapshots"),
			writeAccount: account("promoter", PROD_RW),
		},
		caches: [],
	};
}

function homeRegistry(spec: EstateSpec, tier: HomeTier): Registry {
	return {
		...common(spec, tier, tier),
		// Prod's public half cannot write whatever a token says.
		...(tier === "prod"
			? { mode: "read-only", readOnlyReason: PROMOTED_ONLY }
			: { mode: "read-write" }),
		gate: HOME,
		host: `${tier}.${HOME}.test`,
		port: spec.tiers[tier].port,
	};
}

function prodReadWrite(spec: EstateSpec): Registry {
	return {
		...common(spec, "prod", PROD_RW),
		mode: "read-write",
		gate: PROMOTION,
		host: `${PROD_RW}.${PROMOTION}.test`,
	};
}

function common({ stack, tiers }: EstateSpec, tier: HomeTier, name: string) {
	const { open, anonymousPull, names, tags, requiredLabels } = tiers[tier];
	const promise = TIER_PROMISES[tier];
	return {
		name,
		tier,
		store: tier,
		service: `${name}.${stack}`,
		issuer: `gate.${name}.${stack}`,
		key: name,
		deletes: promise.deletes,
		createOnlyTags: promise.tags === "create-only",
		flags: {
			...(open !== undefined && { open }),
			...(anonymousPull !== undefined && { anonymousPull }),
		},
		naming: namingRule(tier, promise.fallbackTags, {
			...(names && { names }),
			...(tags && { tags }),
		}),
		requiredLabels: requiredLabels ?? [],
	};
}

function store(tier: TierKind, platform: EstateSpec["platform"]): Store {
	// On Docker everything is development: `down` must leave nothing behind.
	const durability: Durability =
		platform === "docker" ? "disposable" : TIER_PROMISES[tier].durability;
	return { name: tier, tier, durability };
}

// Principals whose workloads the estate has or whose secrets its users are given. The others of the
// access table get an account with the job that needs one: a secret nobody uses is only a risk.
const WITH_ACCOUNT = ["developer", "ci", "promoter", "consumer"] as const;

function gate(name: string, all: readonly Registry[]): Gate {
	const registries = all.filter((registry) => registry.gate === name);
	const accounts = registries.flatMap((registry) =>
		WITH_ACCOUNT.filter(
			(principal) =>
				allowedVerbs(registry.tier, principal).length > 0 &&
				reaches(principal, registry),
		).map((principal) => account(principal, registry.name)),
	);
	return { name, accounts, keys: registries.map((registry) => registry.key) };
}

// prod-rw is the promoter's alone; the promoter in turn needs nothing of the public half.
function reaches(principal: Account["principal"], registry: Registry): boolean {
	if (registry.tier !== "prod") return true;
	return (registry.name === PROD_RW) === (principal === "promoter");
}

function account(principal: Account["principal"], registry: string): Account {
	return { principal, registry, secret: `${principal}-${registry}` };
}

function segments(registries: readonly Registry[]): Segment[] {
	const behind = ({ name, gate }: Registry): Segment => ({
		name,
		published: false,
		members: [`front:${gate}`, `gate:${gate}`, `registry:${name}`],
	});
	const promoter: Member = `job:${PROMOTER_JOB}`;
	return [
		{ name: "edge", published: true, members: [`front:${HOME}`] },
		{ name: "jobs", published: false, members: [`front:${HOME}`, promoter] },
		{
			name: PROMOTION,
			published: false,
			members: [`front:${PROMOTION}`, promoter],
		},
		...registries.map(behind),
	];
}
