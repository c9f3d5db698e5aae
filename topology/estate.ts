import type { AccessFlags, Principal } from "./access.ts";
import type { NamingRule } from "./naming.ts";
import type { Durability, TierKind } from "./tier-kinds.ts";

/** The tiers of the home location that every estate has. */
export const HOME_TIERS = [
	"sandbox",
	"ci-tests",
	"ci-snapshots",
	"prod",
] as const satisfies readonly TierKind[];
export type HomeTier = (typeof HOME_TIERS)[number];

/** What a platform engineer decides about one tier; everything else follows from its kind. */
export interface TierSpec extends AccessFlags {
	/** TCP port of the tier's front on the loopback interface (Docker). */
	readonly port: number;
	/** Patterns for repository names. @default - the kind's, see `DEFAULT_NAMING` */
	readonly names?: readonly string[];
	/** Patterns for tags. @default - the kind's, see `DEFAULT_NAMING` */
	readonly tags?: readonly string[];
	/** Labels or annotations every image must carry. @default - none */
	readonly requiredLabels?: readonly string[];
}

/** Where promotion may move images: from the one source to the one destination. */
export interface PromotionSpec {
	/** When the promoter looks for work: a cron expression with five fields. */
	readonly schedule: string;
	/** IANA name of the schedule's time zone. */
	readonly timeZone: string;
	/** Folder with the promotion manifests, relative to the checkout. */
	readonly manifests: string;
}

/** The whole estate as its configuration describes it. */
export interface EstateSpec {
	/** Name of the Pulumi stack; part of every token audience, so two estates never trust each other. */
	readonly stack: string;
	/** Where the tiers run. `docker` is for development: nothing on it is kept. */
	readonly platform: "docker";
	readonly tiers: Readonly<Record<HomeTier, TierSpec>>;
	readonly promotion: PromotionSpec;
}

/** One running registry server: a tier has one, or two over the same store (Prod). */
export interface Registry {
	readonly name: string;
	readonly tier: TierKind;
	readonly mode: "read-write" | "read-only";
	/** How images get into a read-only registry, for a person who tries to push. */
	readonly readOnlyReason?: string;
	/** Where its blobs are; only the two registries of a pair share one. */
	readonly store: string;
	/** The token audience this registry accepts, and no other does. */
	readonly service: string;
	/** The token issuer this registry trusts. */
	readonly issuer: string;
	/** Name of the signing key whose public half this registry trusts. */
	readonly key: string;
	/** The gate that issues its tokens and judges its manifest writes. */
	readonly gate: string;
	/** Host name inside the estate's networks; clients outside use the front's port. */
	readonly host: string;
	/** Port of the front for clients outside, absent where no front is published. */
	readonly port?: number;
	/** The registry server deletes tags and manifests when asked by somebody who may. */
	readonly deletes: boolean;
	/** A tag once written never points to another digest. */
	readonly createOnlyTags: boolean;
	readonly flags: AccessFlags;
	readonly naming: NamingRule;
	readonly requiredLabels: readonly string[];
}

/** Where a tier's blobs live. */
export interface Store {
	readonly name: string;
	readonly tier: TierKind;
	readonly durability: Durability;
}

/** A secret of one principal for one registry. The same principal has another secret elsewhere. */
export interface Account {
	readonly principal: Exclude<Principal, "anonymous">;
	readonly registry: string;
	/** Name of the secret; equal names mean the same secret. */
	readonly secret: string;
}

/** A token service with the accounts and keys of its own registries. */
export interface Gate {
	readonly name: string;
	readonly accounts: readonly Account[];
	/** Signing keys it holds; exactly those of its registries. */
	readonly keys: readonly string[];
}

/** Members reach each other; nobody else reaches them. `front`, `gate`, `registry`, `job` and `outside` are the kinds. */
export interface Segment {
	readonly name: string;
	/** Clients outside the estate reach the members' published ports. */
	readonly published: boolean;
	readonly members: readonly Member[];
}
export type Member = `${"front" | "gate" | "registry" | "job"}:${string}`;

/** Images move along an edge only by promotion, with one credential for each end. */
export interface PromotionEdge extends PromotionSpec {
	readonly from: string;
	readonly to: string;
	readonly readAccount: Account;
	readonly writeAccount: Account;
}

/** A pull-through cache and the registry it copies. */
export interface Cache {
	readonly name: string;
	readonly region: string;
	/** Name of the registry it pulls from. */
	readonly upstream: string;
}

/** The estate compiled from its description: what every rendering starts from. */
export interface Estate {
	readonly stack: string;
	readonly platform: EstateSpec["platform"];
	readonly registries: readonly Registry[];
	readonly stores: readonly Store[];
	readonly gates: readonly Gate[];
	readonly segments: readonly Segment[];
	readonly promotion: PromotionEdge;
	readonly caches: readonly Cache[];
}

/** The registry of that name; a name that is not in the estate is a programming error. */
export function registryNamed(estate: Estate, name: string): Registry {
	const found = estate.registries.find((registry) => registry.name === name);
	if (!found) throw new Error(`no registry '${name}' in the estate`);
	return found;
}

/** The registries behind one gate, which are also those behind the front of the same name. */
export function registriesOf(
	estate: Estate,
	gate: string,
): readonly Registry[] {
	return estate.registries.filter((registry) => registry.gate === gate);
}

/** The store of that name; a name that is not in the estate is a programming error. */
export function storeNamed(estate: Estate, name: string): Store {
	const found = estate.stores.find((store) => store.name === name);
	if (!found) throw new Error(`no store '${name}' in the estate`);
	return found;
}
