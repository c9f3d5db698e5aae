import type { PromoterConfig } from "../../../../topology/job-config.ts";
import {
	FALLBACK_TAG,
	SELF_TEST_REPOSITORY,
} from "../../../../topology/naming.ts";
import { all } from "../../../oci/all.ts";
import type { Digest } from "../../../oci/digest.ts";
import type { ManifestContent } from "../../../oci/registry.ts";
import { Semaphore } from "../../../oci/semaphore.ts";
import { TagInventory } from "../../../oci/tag-inventory.ts";
import { messageOf } from "../../error-message.ts";
import type { Progress } from "../../progress.ts";
import { countOutcomes } from "../../run-report.ts";
import { type JobOptions, withTransport } from "../../with-transport.ts";
import { type Ends, openEnds } from "../ends.ts";
import { signedRecords } from "../read-records.ts";
import { recordedTags } from "../record-statement.ts";
import { publicKeyOf, recordKey } from "../recorder.ts";
import { repair } from "./repair.ts";
import {
	VERIFY_OUTCOMES,
	type VerifiedTag,
	type VerifyReport,
} from "./verify-report.ts";
import { type Damage, ImageWalker } from "./walk-image.ts";

export interface VerifyOptions extends Omit<JobOptions, "dryRun"> {
	readonly config: PromoterConfig;
	readonly progress: Progress;
	/** Brings what is damaged from the source again. @default false */
	readonly repair?: boolean;
}

/** Tags under way at a time. */
const CONCURRENT_TAGS = 16;

/**
 * Walks Prod: proves of every tag that all it is made of can be downloaded and has the right digest,
 * and that this estate's promoter has signed a record of its promotion.
 *
 * @throws CredentialError when a password cannot be read, what listing Prod throws, and the reason of
 * `signal` when it was stopped: what could not be read then is not broken.
 */
export async function verifyPromoted(
	options: VerifyOptions,
): Promise<VerifyReport> {
	const { config, log, progress } = options;
	return withTransport({ ...options, dryRun: true }, async (transport) => {
		const ends = await openEnds(config, transport);
		const key = await recordKey(config.recordKeyFile);
		const walk = new Walk(options, ends, key && publicKeyOf(key));
		const report = await walk.report();
		const { counts, unknown, bytes, seconds } = report;
		log.info({ ...counts, unknown, bytes, seconds }, "verification ended");
		return report;
	}).finally(() => progress.stop());
}

class Walk {
	readonly #options: VerifyOptions;
	readonly #ends: Ends;
	readonly #recordKey: string | undefined;
	readonly #tags: TagInventory;
	readonly #walker: ImageWalker;
	/** Tags that records of an image stand for, by repository and digest. */
	readonly #recorded = new Map<string, Promise<ReadonlySet<string>>>();

	constructor(
		options: VerifyOptions,
		ends: Ends,
		recordKey: string | undefined,
	) {
		this.#options = options;
		this.#ends = ends;
		this.#recordKey = recordKey;
		this.#tags = new TagInventory(ends.destination);
		this.#walker = new ImageWalker(ends.destination, options.progress);
	}

	async report(): Promise<VerifyReport> {
		const startedAt = new Date();
		const { destination } = this.#ends;
		const { progress } = this.#options;
		const places: { repository: string; tag: string }[] = [];
		for await (const repository of destination.repositories()) {
			// What the self-test tries to write there is its own affair.
			if (repository === SELF_TEST_REPOSITORY) continue;
			for (const tag of await this.#tags.of(repository)) {
				places.push({ repository, tag });
			}
		}
		progress.start(places.length);
		const slots = new Semaphore(CONCURRENT_TAGS);
		const tags = await all(places, ({ repository, tag }) =>
			slots.run(async () => {
				const verified = await this.#tag(repository, tag);
				progress.itemDone();
				return verified;
			}),
		);
		return {
			registry: destination.host,
			startedAt: startedAt.toISOString(),
			seconds: (Date.now() - startedAt.getTime()) / 1000,
			counts: countOutcomes(VERIFY_OUTCOMES, tags),
			unknown: tags.filter(({ record }) => record === "unknown").length,
			bytes: this.#walker.bytes,
			tags,
		};
	}

	async #tag(repository: string, tag: string): Promise<VerifiedTag> {
		const { destination } = this.#ends;
		let content: ManifestContent;
		try {
			content = await destination.getManifest(repository, tag);
		} catch (error) {
			this.#options.signal.throwIfAborted();
			const reasons = [messageOf(error)];
			return { repository, tag, outcome: "broken", reasons };
		}
		const { digest } = content;
		const damages = await this.#walker.manifest(repository, content);
		if (damages.length > 0) this.#options.signal.throwIfAborted();
		const record = await this.#record(repository, tag, digest);
		const place = { repository, tag, digest, ...(record && { record }) };
		if (damages.length === 0)
			return { ...place, outcome: "whole", reasons: [] };
		const { log } = this.#options;
		log.error({ ...place, damages }, "broken");
		const reasons = damages.map(({ reason }) => reason);
		if (!this.#options.repair) return { ...place, outcome: "broken", reasons };
		return {
			...place,
			...(await this.#repaired(repository, content, damages)),
		};
	}

	async #repaired(
		repository: string,
		content: ManifestContent,
		damages: readonly Damage[],
	): Promise<Pick<VerifiedTag, "outcome" | "reasons">> {
		const { source, destination } = this.#ends;
		const failed = await repair(damages, repository, source, destination);
		// A walker that knows nothing yet: what counts is what can be downloaded now.
		const again = new ImageWalker(destination, this.#options.progress);
		const left = await again.manifest(repository, content);
		if (left.length > 0) this.#options.signal.throwIfAborted();
		return left.length === 0
			? { outcome: "repaired", reasons: damages.map(({ reason }) => reason) }
			: {
					outcome: "broken",
					reasons: [...left.map(({ reason }) => reason), ...failed],
				};
	}

	async #record(
		repository: string,
		tag: string,
		digest: Digest,
	): Promise<VerifiedTag["record"]> {
		if (this.#recordKey === undefined || FALLBACK_TAG.test(tag)) {
			return undefined;
		}
		const key = `${repository}@${digest}`;
		const known = this.#recorded.get(key);
		const recorded =
			known ?? this.#records(repository, digest, this.#recordKey);
		this.#recorded.set(key, recorded);
		return (await recorded).has(tag) ? "signed" : "unknown";
	}

	async #records(
		repository: string,
		digest: Digest,
		recordKey: string,
	): Promise<ReadonlySet<string>> {
		const registry = this.#ends.destination;
		const tags = await this.#tags.of(repository);
		const records = await signedRecords(
			{ registry, repository, tags },
			digest,
			recordKey,
		);
		return new Set(
			records.flatMap((record) => recordedTags(record, repository, digest)),
		);
	}
}
