import type { PromoterConfig } from "../../../topology/job-config.ts";
import { Copier } from "../../oci/copy.ts";
import type { Registry } from "../../oci/registry.ts";
import { TagInventory } from "../../oci/tag-inventory.ts";
import { withLease } from "../lease.ts";
import { formatProblem } from "../problem.ts";
import type { Progress } from "../progress.ts";
import { countOutcomes, stopOf } from "../run-report.ts";
import { type JobOptions, withTransport } from "../with-transport.ts";
import { carryOut, resultOf } from "./carry-out.ts";
import { CurrentTags } from "./current-tags.ts";
import { type Ends, openEnds } from "./ends.ts";
import { Judge } from "./judge.ts";
import { LateReferrers } from "./late-referrers.ts";
import type { PlanRules, Step } from "./plan.ts";
import { prepare } from "./prepare.ts";
import {
	DigestTable,
	PromotionLedger,
	readLedger,
	writeLedger,
} from "./promotion-ledger.ts";
import { type Asked, readManifests } from "./read-manifests.ts";
import { Recorder, recordKey, writeAudit } from "./recorder.ts";
import {
	exitStatus,
	type ItemResult,
	OUTCOMES,
	type PromotionReport,
} from "./report.ts";
import { stayingTags } from "./staying-tags.ts";

export interface PromoteOptions extends JobOptions {
	readonly config: PromoterConfig;
	readonly progress: Progress;
	/** Asks for the digest of every tag, also of those that earlier runs have seen. @default false */
	readonly verifyDigests?: boolean;
	/** The manifests are not all that Prod goes by: what else it has is no news. @default false */
	readonly partial?: boolean;
	/** More than a thousand new tags are meant; a dry run shows them anyway. @default false */
	readonly bulk?: boolean;
}

/**
 * Promotes what manifests and rules ask for: plans by comparing with the destination and looking into
 * the images, then copies what is missing there. What goes wrong with one promotion is reported and
 * leaves the others alone.
 *
 * It may be killed at any point and run again: a tag is written last, and one that is there is left
 * as it is.
 *
 * @throws InvalidInputError when the manifests cannot be read or ask for too much, and
 * CredentialError when a password cannot be read.
 */
export async function promote(
	options: PromoteOptions,
): Promise<PromotionReport> {
	const { config, dryRun, log, progress } = options;
	const asked = await readManifests(config);
	for (const problem of asked.problems) {
		log.error(problem, "a promotion manifest has a bad entry");
	}
	const run = () =>
		withTransport(options, async (transport) => {
			const ends = await openEnds(config, transport);
			return new Run(options, asked, ends).report();
		}).finally(() => progress.stop());
	if (dryRun) return run();
	return withLease(config.state, { ...options, job: "promote" }, run);
}

class Run {
	readonly #options: PromoteOptions;
	readonly #asked: Asked;
	readonly #ends: Ends;
	readonly #startedAt = new Date();
	readonly #sourceTags: TagInventory;
	readonly #destinationTags: TagInventory;
	readonly #copier: Copier;

	constructor(options: PromoteOptions, asked: Asked, ends: Ends) {
		this.#options = options;
		this.#asked = asked;
		this.#ends = ends;
		this.#sourceTags = new TagInventory(ends.source);
		this.#destinationTags = new TagInventory(ends.destination);
		this.#copier = new Copier({
			...ends,
			artifactTypes: options.config.artifactTypes,
			sourceTags: this.#sourceTags,
			observer: options.progress,
		});
	}

	async report(): Promise<PromotionReport> {
		const { config, dryRun, log, signal } = this.#options;
		const { verifyDigests = false, bulk = false } = this.#options;
		const { source, destination } = this.#ends;
		const ledger = await readLedger(config.state);
		const compare =
			verifyDigests || ledger.runs % (config.fullCheckEvery ?? 1) === 0;
		const known = compare ? new PromotionLedger() : ledger;
		const current = new CurrentTags(
			destination,
			this.#destinationTags,
			known.promoted,
		);
		const { steps, problems } = await prepare(
			this.#asked,
			config,
			rulesOf(config, destination),
			{
				source,
				sourceTags: this.#sourceTags,
				current,
				judge: new Judge(config, source, this.#sourceTags),
				compare,
				bulk: bulk || dryRun,
			},
		);
		const late = new LateReferrers(
			source,
			this.#sourceTags,
			this.#copier,
			known.merged,
			compare,
		);
		const items = dryRun
			? steps.map(resultOf)
			: await this.#carryOut(steps, late);
		if (!dryRun) {
			const promoted = withPromoted(current.seen, items);
			const next = new PromotionLedger(ledger.runs, promoted, late.merged);
			await writeLedger(config.state, next, log);
		}
		const { commit } = this.#asked;
		const ended: PromotionReport = {
			source: source.host,
			destination: destination.host,
			dryRun,
			startedAt: this.#startedAt.toISOString(),
			seconds: (Date.now() - this.#startedAt.getTime()) / 1000,
			...(commit !== undefined && { commit }),
			counts: countOutcomes(OUTCOMES, items),
			blobs: this.#copier.blobs,
			problems: [...this.#asked.problems, ...problems].map(formatProblem),
			notes: await this.#notes(),
			items,
		};
		const stop = stopOf(signal, exitStatus(ended));
		const { counts, blobs, seconds } = ended;
		const bad = { problems: ended.problems.length };
		log.info(
			{ dryRun, ...counts, ...bad, blobs, seconds, ...stop },
			"promotion ended",
		);
		return { ...ended, ...stop };
	}

	async #carryOut(
		steps: readonly Step[],
		late: LateReferrers,
	): Promise<readonly ItemResult[]> {
		const { config, log, progress, signal } = this.#options;
		const { source, destination } = this.#ends;
		const key = await recordKey(config.recordKeyFile);
		const { commit } = this.#asked;
		const facts = {
			source: source.host,
			destination: destination.host,
			promotedBy: config.destination.username,
			promotedAt: this.#startedAt.toISOString(),
			...(commit !== undefined && { commit }),
		};
		return carryOut(steps, {
			copier: this.#copier,
			late,
			...(key !== undefined && {
				recorder: new Recorder(
					destination,
					this.#destinationTags,
					key,
					steps,
					facts,
				),
			}),
			onPromoted: (item) => {
				const at = new Date().toISOString();
				return writeAudit(config.state, { at, ...facts, ...item }, log);
			},
			log,
			progress,
			signal,
		});
	}

	// Only of repositories that this run has listed anyway.
	async #notes(): Promise<readonly string[]> {
		if (this.#options.partial) return [];
		const tags = await this.#destinationTags.known();
		return stayingTags(tags, this.#asked, this.#ends.destination.host);
	}
}

function rulesOf(config: PromoterConfig, destination: Registry): PlanRules {
	return {
		source: config.source.naming,
		destination: config.destination.naming,
		destinationHost: destination.host,
		repositories: config.repositories,
	};
}

function withPromoted(
	seen: DigestTable,
	items: readonly ItemResult[],
): DigestTable {
	const promoted = items.flatMap(({ outcome, repository, tag, digest }) =>
		outcome === "promoted" && digest !== undefined
			? [[repository, tag, digest] as const]
			: [],
	);
	return new DigestTable([...seen.entries(), ...promoted]);
}
