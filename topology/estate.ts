import type { AccessFlags, Principal } from "./access.ts";
import type { Identity, IdentitySpec } from "./identity-spec.ts";
import type { NamingRule } from "./naming.ts";
import type { LoweredChecks, PromotionPolicy } from "./promotion-policy.ts";
import type { RetentionRule } from "./retention.ts";
import type { Rotation } from "./rotation.ts";
import type { SignerSpec } from "./signer-spec.ts";
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
	/** Which tags cleanup leaves. Only for tiers that are swept. @default - the kind's, see `DEFAULT_RETENTION` */
	readonly retention?: RetentionRule;
}

/** Upstream images the team keeps, with what it needs to fetch them. */
export interface ArchiveSpec extends TierSpec {
	/** When the archiver looks at upstream: a cron expression with five fields. */
	readonly schedule: string;
	/** IANA name of the schedule's time zone. */
	readonly timeZone: string;
	/** Folder with the lists of upstream images and overrides, relative to the checkout. */
	readonly lists: string;
	/**
	 * TCP port for Docker Engines that use the Archive as their mirror of Docker Hub: paths have no
	 * prefix there, and nobody logs in. @default - none
	 */
	readonly mirrorPort?: number;
	/**
	 * Development: a registry on this port plays Docker Hub. Whoever reaches it may push to it.
	 * @default - the archiver asks the real one
	 */
	readonly upstreamPort?: number;
}

/** One region with its pull-through caches. */
export interface RegionSpec {
	/** TCP port of the region's Prod cache on the loopback interface (Docker). */
	readonly port: number;
	/** Anyone in the region may pull through its caches. @default - off */
	readonly anonymousPull?: boolean;
	/** TCP port of a second cache, before the Archive. @default - the region has none */
	readonly archivePort?: number;
}

/** When promotion runs, where its manifests are, and what it asks of an image. */
export interface PromotionSpec {
	/** When the promoter looks for work: a cron expression with five fields. */
	readonly schedule: string;
	/** IANA name of the schedule's time zone. */
	readonly timeZone: string;
	/** Folder with the promotion manifests, relative to the checkout. */
	readonly manifests: string;
	/** Digests of promoted tags are compared in every so many runs, names alone between them. */
	readonly fullCheckEvery: number;
	/** Patterns of the repositories that may be promoted. @default - all that Prod takes */
	readonly repositories?: readonly string[];
	/** What every image must be. */
	readonly require: PromotionPolicy;
	/** Whose signature an image must carry, by name; one is enough. */
	readonly signers: Readonly<Record<string, SignerSpec>>;
	/** Repositories that need less, each with somebody who answers for it. */
	readonly exceptions: readonly LoweredChecks[];
}

/** When cleanup runs; what it leaves is decided tier by tier. */
export interface CleanupSpec {
	/** A cron expression with five fields. */
	readonly schedule: string;
	/** IANA name of the schedule's time zone. */
	readonly timeZone: string;
}

/** The whole estate as its configuration describes it. */
export interface EstateSpec {
	/** Name of the Pulumi stack; part of every token audience, so two estates never trust each other. */
	readonly stack: string;
	/** Where the tiers run. `docker` is for development: nothing on it is kept. */
	readonly platform: "docker";
	/**
	 * Range the networks get their addresses from, e.g. `10.213.0.0/20`.
	 * @default - the Docker Engine chooses, which has about 30 networks to give
	 */
	readonly addresses?: string;
	readonly tiers: Readonly<Record<HomeTier, TierSpec>> & {
		readonly archive?: ArchiveSpec;
	};
	/** By name, e.g. `eu`. */
	readonly regions: Readonly<Record<string, RegionSpec>>;
	readonly promotion: PromotionSpec;
	readonly cleanup: CleanupSpec;
	readonly rotation: Rotation;
	/** Whose tokens of an OpenID Connect issuer count as whom, by name. @default - nobody's */
	readonly identities?: Readonly<Record<string, IdentitySpec>>;
}

/** One registry: a server with a store, or several equal ones with a store each. */
export interface Registry {
	readonly name: string;
	readonly tier: TierKind;
	/** `home` or the region it is in. */
	readonly location: string;
	readonly mode: "read-write" | "read-only" | "pull-through";
	/** How images get into a registry nobody can push to, for a person who tries. */
	readonly readOnlyReason?: string;
	/** One store for each replica of the server; only the two registries of a pair share one. */
	readonly stores: readonly string[];
	/** What a pull-through registry copies. */
	readonly upstream?: Upstream;
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
	/** Port where clients that know no prefix use it as their mirror of one upstream. */
	readonly mirror?: Mirror;
	/** The registry server deletes tags and manifests when asked by somebody who may. */
	readonly deletes: boolean;
	/** A tag once written never points to another digest. */
	readonly createOnlyTags: boolean;
	readonly flags: AccessFlags;
	readonly naming: NamingRule;
	readonly requiredLabels: readonly string[];
	/** Which tags cleanup leaves; absent where nothing is ever cleaned up. */
	readonly retention?: RetentionRule;
}

/** The origin of a pull-through registry, and the one credential its region has for it. */
export interface Upstream {
	/** Name of the registry it copies. */
	readonly registry: string;
	readonly account: Account;
	/** Host name of the way there, which the region's own front serves to its caches. */
	readonly legHost: string;
}

/** Repositories below a prefix, offered without it. */
export interface Mirror {
	readonly port: number;
	/** E.g. `docker.io`. */
	readonly prefix: string;
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

/** A token service with the accounts, identities and keys of its own registries. */
export interface Gate {
	readonly name: string;
	/** `home` or a region. */
	readonly location: string;
	readonly accounts: readonly Account[];
	/** Federated identities whose principal has a right at one of its registries. */
	readonly identities: readonly Identity[];
	/** Signing keys it holds; exactly those of its registries. */
	readonly keys: readonly string[];
}

/** Members reach each other; nobody else reaches them. `front`, `gate`, `registry`, `job` and `outside` are the kinds. */
export interface Segment {
	readonly name: string;
	/** Clients outside the estate reach the members' published ports, and members reach out. */
	readonly published: boolean;
	/** Members reach out of the estate, although nobody outside reaches them. @default - off */
	readonly outbound?: true;
	/** Its addresses, e.g. `10.213.0.32/27`. @default - the platform chooses */
	readonly subnet?: string;
	readonly members: readonly Member[];
}
export type Member =
	`${"front" | "gate" | "registry" | "job" | "upstream"}:${string}`;

/** Images move along an edge only by promotion, with one credential for each end. */
export interface PromotionEdge extends PromotionSpec {
	readonly from: string;
	readonly to: string;
	readonly readAccount: Account;
	readonly writeAccount: Account;
}

/** The job that fills the Archive. */
export interface Mirroring {
	readonly schedule: string;
	readonly timeZone: string;
	/** Folder with the lists, relative to the checkout. */
	readonly lists: string;
	readonly to: string;
	readonly account: Account;
	/** Development: the port of the registry that plays Docker Hub. */
	readonly upstreamPort?: number;
}

/** The job that removes tags nobody needs. */
export interface Cleanup extends CleanupSpec {
	/** One account for each registry it sweeps. */
	readonly accounts: readonly Account[];
}

/** The estate compiled from its description: what every rendering starts from. */
export interface Estate {
	readonly stack: string;
	readonly platform: EstateSpec["platform"];
	readonly registries: readonly Registry[];
	readonly stores: readonly Store[];
	readonly gates: readonly Gate[];
	readonly segments: readonly Segment[];
	/** In the order of configuration. */
	readonly regions: readonly string[];
	readonly promotion: PromotionEdge;
	readonly cleanup: Cleanup;
	/** Absent where there is no Archive. */
	readonly mirroring?: Mirroring;
	readonly rotation: Rotation;
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

/** The stores of a registry, in the order of its replicas. */
export function storesOf(estate: Estate, registry: string): readonly Store[] {
	return registryNamed(estate, registry).stores.map((name) => {
		const found = estate.stores.find((store) => store.name === name);
		if (!found) throw new Error(`no store '${name}' in the estate`);
		return found;
	});
}
