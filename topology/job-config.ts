import { type Estate, registryNamed } from "./estate.ts";
import type { NamingRule } from "./naming.ts";
import type {
	LoweredChecks,
	PromotionPolicy,
	Signer,
} from "./promotion-policy.ts";

/** What the promoter knows that is not secret, as the file it reads at start. */
export interface PromoterConfig {
	/** Where images come from. It is never named by a promotion manifest. */
	readonly source: PromotionEnd;
	/** Where images go to. It is never named by a promotion manifest. */
	readonly destination: PromotionEnd;
	/**
	 * Patterns of the repositories that may be promoted, anchored at both ends like those of a
	 * `NamingRule`. @default - all that the naming rules of both ends take
	 */
	readonly repositories?: readonly string[];
	/** The tag `latest` may be promoted, if the destination's rule takes it. @default false */
	readonly allowLatest?: boolean;
	/** Artifact types of what goes along with an image: signatures, attestations, SBOMs. */
	readonly artifactTypes: readonly string[];
	/** What an image must be to be promoted. @default - nothing beyond names and formats */
	readonly policy?: PromotionPolicy;
	/** Whose signature an image must carry; one is enough. @default - none is asked for */
	readonly signers?: readonly Signer[];
	/** @default - the policy holds for all repositories */
	readonly lowered?: readonly LoweredChecks[];
	/** File with the private key that signs promotion records, PKCS #8 in PEM. @default - no records */
	readonly recordKeyFile?: string;
	/** Digests are compared in every so many runs, names in the others. @default 1 */
	readonly fullCheckEvery?: number;
	/** When to look for work: a cron expression with five fields. */
	readonly schedule: string;
	/** IANA name of the schedule's time zone. */
	readonly timeZone: string;
	/** Folder with the promotion manifests. */
	readonly manifests: string;
	/** Folder for its lease and what it notes about itself: the last result, and that it is alive. */
	readonly state: string;
}

/** A registry as a job reaches it: through its front, with an account of its own. */
export interface JobEndpoint {
	/** E.g. `http://ci-snapshots.home.test:8080`. */
	readonly url: string;
	readonly username: string;
	/** File that holds the password and nothing else. */
	readonly passwordFile: string;
}

/** One end of the promotion, with the names it takes, so that a plan refuses before anything is sent. */
export interface PromotionEnd extends JobEndpoint {
	readonly naming: NamingRule;
}

/** Where the parts of a promoter's configuration are at run time. */
export interface PromoterPlaces {
	readonly sourceUrl: string;
	readonly destinationUrl: string;
	/** File with the password for the source. */
	readonly readPasswordFile: string;
	/** File with the password for the destination. */
	readonly writePasswordFile: string;
	/** File with the private key that signs promotion records. */
	readonly recordKeyFile: string;
	readonly manifests: string;
	readonly state: string;
}

/** Artifact types of files that are an SBOM. */
export const SBOM_ARTIFACT_TYPES: readonly string[] = [
	"application/spdx+json",
	"application/vnd.cyclonedx+json",
	"application/vnd.cyclonedx+xml",
	"application/vnd.syft+json",
];

/** What signing and scanning tools write today; whatever else refers to an image stays behind. */
export const PROMOTED_ARTIFACT_TYPES: readonly string[] = [
	// cosign, https://github.com/sigstore/cosign/blob/main/specs/BUNDLE_SPEC.md and its form before that
	"application/vnd.dev.sigstore.bundle.v0.3+json",
	"application/vnd.dev.cosign.artifact.sig.v1+json",
	// Notary Project, https://github.com/notaryproject/specifications
	"application/vnd.cncf.notary.signature",
	"application/vnd.in-toto+json",
	...SBOM_ARTIFACT_TYPES,
];

/** Renders the estate's promotion edge into the configuration of the job that walks it. */
export function promoterConfig(
	estate: Estate,
	places: PromoterPlaces,
	signers: readonly Signer[],
): PromoterConfig {
	const { promotion } = estate;
	const { from, to, readAccount, writeAccount, repositories } = promotion;
	return {
		source: {
			url: places.sourceUrl,
			username: readAccount.principal,
			passwordFile: places.readPasswordFile,
			naming: registryNamed(estate, from).naming,
		},
		destination: {
			url: places.destinationUrl,
			username: writeAccount.principal,
			passwordFile: places.writePasswordFile,
			naming: registryNamed(estate, to).naming,
		},
		...(repositories && { repositories }),
		artifactTypes: PROMOTED_ARTIFACT_TYPES,
		policy: promotion.require,
		signers,
		lowered: promotion.exceptions,
		recordKeyFile: places.recordKeyFile,
		fullCheckEvery: promotion.fullCheckEvery,
		schedule: promotion.schedule,
		timeZone: promotion.timeZone,
		manifests: places.manifests,
		state: places.state,
	};
}
