import type { PromoterConfig } from "../../../topology/job-config.ts";
import type {
	LoweredChecks,
	PromotionPolicy,
	Signer,
} from "../../../topology/promotion-policy.ts";
import type { Digest } from "../../oci/digest.ts";
import { RegistryError } from "../../oci/errors.ts";
import { InvalidManifestError } from "../../oci/manifest.ts";
import type { Registry } from "../../oci/registry.ts";
import { Semaphore } from "../../oci/semaphore.ts";
import type { TagInventory } from "../../oci/tag-inventory.ts";
import { messageOf } from "../error-message.ts";
import { runChecks, type Verdict } from "./checks/run-checks.ts";
import { findSboms } from "./find-sboms.ts";
import type { ImageFacts } from "./image-facts.ts";
import { inspectImage } from "./inspect-image.ts";
import type { Step } from "./plan.ts";
import type { Promotion } from "./promotion-manifest.ts";
import { loadSignatureMaterial } from "./signatures/load-material.ts";

/** Images looked into at a time: what is attached to one can have some MiB. */
const CONCURRENT_IMAGES = 8;

/** A policy that lets everything through, for a promoter that asks for signatures alone. */
const ANYTHING: PromotionPolicy = {
	labels: [],
	platforms: [],
	maxLayerMiB: Number.POSITIVE_INFINITY,
	maxImageMiB: Number.POSITIVE_INFINITY,
	sbom: false,
};

/** Looks into images that are to be promoted and decides whether they may. */
export class Judge {
	readonly #source: Registry;
	readonly #tags: TagInventory;
	readonly #demands: {
		readonly policy: PromotionPolicy;
		readonly signers: readonly Signer[];
		readonly lowered: readonly LoweredChecks[];
	};
	/** Nothing is asked of images. */
	readonly #isIdle: boolean;
	readonly #images = new Semaphore(CONCURRENT_IMAGES);
	readonly #attestations = new Semaphore(1);
	/** By repository and digest: an image may be promoted under many tags. */
	readonly #verdicts = new Map<string, Promise<Verdict>>();

	constructor(
		{ policy, signers = [], lowered = [] }: PromoterConfig,
		source: Registry,
		tags: TagInventory,
	) {
		this.#source = source;
		this.#tags = tags;
		this.#isIdle = policy === undefined && signers.length === 0;
		this.#demands = { policy: policy ?? ANYTHING, signers, lowered };
	}

	/** What a run does about a promotion whose tag is still free. */
	async step(promotion: Promotion): Promise<Step> {
		if (this.#isIdle) return { action: "copy", promotion };
		try {
			const { reasons, summary: checks } = await this.#verdict(promotion);
			if (reasons.length === 0) return { action: "copy", promotion, checks };
			return {
				action: refusalOf(promotion),
				promotion,
				checks,
				reason: reasons.join("; "),
			};
		} catch (error) {
			return { promotion, ...this.#failure(promotion, error) };
		}
	}

	#verdict({ repository, digest }: Promotion): Promise<Verdict> {
		const key = `${repository}@${digest}`;
		const known = this.#verdicts.get(key);
		if (known) return known;
		const verdict = this.#images.run(async () =>
			runChecks(
				await this.#facts(repository, digest),
				repository,
				this.#demands,
			),
		);
		this.#verdicts.set(key, verdict);
		return verdict;
	}

	async #facts(repository: string, digest: Digest): Promise<ImageFacts> {
		const registry = this.#source;
		const image = await inspectImage(registry, repository, digest);
		const { platforms, layers, attestations } = image;
		const { policy, signers } = this.#demands;
		const tags = await this.#tags.of(repository);
		const place = { registry, repository, tags, reads: this.#attestations };
		const images = platforms.map((platform) => platform.digest);
		const withSbom = policy.sbom
			? await findSboms(place, [...new Set([digest, ...images])], attestations)
			: new Set<Digest>();
		const signatures =
			signers.length > 0
				? await loadSignatureMaterial(registry, repository, digest, tags)
				: { legacy: [], bundles: [], attestations: [], leftOut: [] };
		return { digest, platforms, layers, withSbom, signatures };
	}

	#failure(promotion: Promotion, error: unknown) {
		const { repository, digest } = promotion;
		const action = refusalOf(promotion);
		if (error instanceof InvalidManifestError) {
			return { action, reason: error.message } as const;
		}
		if (error instanceof RegistryError && error.status === 404) {
			return {
				action,
				reason: `${digest} is not complete at ${this.#source.host}/${repository}: ${error.message}; expected an image there. Fix: push it again, or correct the digest`,
			} as const;
		}
		return { action: "fail", reason: messageOf(error) } as const;
	}
}

// Somebody who lists a digest wants to hear of it; what a rule finds may be signed in a minute, or
// cleaned up.
const refusalOf = ({ sourceTag }: Promotion) =>
	sourceTag === undefined ? "refuse" : "hold";
