import type { AccessFlags, Principal } from "./access.ts";
import type { Identity, IdentitySpec } from "./identity-spec.ts";
import type { KubernetesSpec } from "./kubernetes-spec.ts";
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
	/** Docker: TCP port of the tier's front on the loopback interface. */
	readonly port?: number;
	/** Kubernetes: the tier's host name for clients outside, which image names begin with. */
	readonly host?: string;
	/** Kubernetes: size of the tier's claim, e.g. `50Gi`. @default - the kind's, see `DEFAULT_STORAGE` */
	readonly storage?: string;
	/** Kubernetes: pods over the tier's claim, which takes one. @default - 1 */
	readonly replicas?: 1;
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
	/** Like `mirrorPort`, on Kubernetes: the host name of that mirror. @default - none */
	readonly mirrorHost?: string;
	/**
	 * Development: a registry on this port plays Docker Hub. Whoever reaches it may push to it.
	 * @default - the archiver asks the real one
	 */
	readonly upstreamPort?: number;
}

/** One region with its pull-through caches. */
export interface RegionSpec {
	/** Docker: TCP port of the region's Prod cache on the loopback interface. */
	readonly port?: number;
	/** Kubernetes: host name of the region's Prod cache. */
	readonly host?: string;
	/** Anyone in the region may pull through its caches. @default - off */
	readonly anonymousPull?: boolean;
	/** TCP port of a second cache, before the Archive. @default - the region has none */
	readonly archivePort?: number;
	/** Like `archivePort`, on Kubernetes: the host name of that cache. @default - the region has none */
	readonly archiveHost?: string;
	/** Kubernetes: size of each replica's claim. @default - see `DEFAULT_STORAGE` */
	readonly storage?: string;
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

/** The places an estate can run. */
export type PlatformKind = "docker" | "kubernetes";

/** The whole estate as its configuration describes it. */
export interface EstateSpec {
	/** Name of the Pulumi stack; part of every token audience, so two estates never trust each other. */
	readonly stack: string;
	/** Where the tiers run. `docker` is for development: nothing on it is kept. */
	readonly platform: PlatformKind;
	/** Only with `platform: kubernetes`. */
	readonly kubernetes?: KubernetesSpec;
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
	/** Host name of its front inside the estate, where it answers on `SERVICE_PORT`. */
	readonly host: string;
	/** How its front and its gate reach it. */
	readonly server: ServerAddress;
	/** Port of the front for clients on the machine, absent where no front is published on one. */
	readonly port?: number;
	/** Host name for clients outside, absent where no front is published by name. */
	readonly publicHost?: PublicHost;
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

/** A registry server inside the estate. */
export interface ServerAddress {
	/** Any of its replicas. */
	readonly host: string;
	/** One replica each, in the order of the stores. */
	readonly replicas: readonly string[];
	readonly port: number;
}

/** A name clients outside know a registry by. */
export interface PublicHost {
	/** Image names begin with it. */
	readonly name: string;
	/** Clients speak https. */
	readonly tls: boolean;
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
	/** On the machine. @default - it has a name instead */
	readonly port?: number;
	/** For clients outside. @default - it has a port instead */
	readonly publicHost?: PublicHost;
	/** E.g. `docker.io`. */
	readonly prefix: string;
}

/** Where a tier's blobs live. */
export interface Store {
	readonly name: string;
	readonly tier: TierKind;
	readonly durability: Durability;
	/** E.g. `50Gi`, where the platform asks for it. */
	readonly size: string;
	/** The registry whose servers use it; of a pair the public one. */
	readonly registry: string;
}

/** A secret of one principal for one registry. The same principal has another secret elsewhere. */
export interface Account {
	readonly principal: Exclude<Principal, "anonymous">;
	readonly registry: string;
	/** Name of the secret; equal names mean the same secret. */
	readonly secret: string;
	/**
	 * The cluster's account whose token, made for the registry's token service, is the password.
	 * @default - a random password
	 */
	readonly serviceAccount?: ServiceAccount;
}

/** An account of a job in the cluster it runs in. */
export interface ServiceAccount {
	readonly namespace: string;
	readonly name: string;
}

/** A token service with the accounts, identities and keys of its own registries. */
export interface Gate {
	readonly name: string;
	/** `home` or a region. */
	readonly location: string;
	/** Its name inside the estate, where it answers on `SERVICE_PORT`. */
	readonly host: string;
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
	readonly platform: PlatformKind;
	/** Only with `platform: kubernetes`. */
	readonly kubernetes?: KubernetesSpec;
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

/** Whether an account is opened by a random password, which somebody may hold. */
export const hasPassword = ({ serviceAccount }: Account): boolean =>
	serviceAccount === undefined;
