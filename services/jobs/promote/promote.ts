import type { PromoterConfig } from "../../../topology/job-config.ts";
import { Copier } from "../../oci/copy.ts";
import { passwordFile } from "../../oci/credentials.ts";
import { Registry } from "../../oci/registry.ts";
import { Semaphore } from "../../oci/semaphore.ts";
import type { Transport } from "../../oci/transport.ts";
import { messageOf } from "../error-message.ts";
import type { Logger } from "../log.ts";
import { formatProblem, sortedProblems } from "../problem.ts";
import type { Progress } from "../progress.ts";
import { countOutcomes } from "../run-report.ts";
import { type JobOptions, withTransport } from "../with-transport.ts";
import {
	type Current,
	nameRefusal,
	type PlanRules,
	planPromotions,
	type Step,
} from "./plan.ts";
import { readPromotionFiles } from "./promotion-files.ts";
import {
	type Promotion,
	type Promotions,
	parsePromotions,
} from "./promotion-manifest.ts";
import { type ItemResult, OUTCOMES, type PromotionReport } from "./report.ts";

export interface PromoteOptions extends JobOptions {
	readonly config: PromoterConfig;
	readonly progress: Progress;
}

/** Images under way at a time. Most of them wait for a request, so this costs little memory. */
const CONCURRENT_IMAGES = 16;

/**
 * Promotes what the manifests ask for: plans by comparing with the destination, then copies what is
 * missing there. What goes wrong with one promotion is reported and leaves the others alone.
 *
 * It may be killed at any point and run again: a tag is written last, and one that is there is left
 * as it is.
 *
 * @throws InvalidInputError when the manifests, and CredentialError when a password cannot be read.
 */
export async function promote(
	options: PromoteOptions,
): Promise<PromotionReport> {
	const { config, dryRun, log, progress } = options;
	const started = Date.now();
	const { promotions, problems } = await readPromotions(config);
	for (const problem of problems) {
		log.error(problem, "a promotion manifest has a bad entry");
	}
	return withTransport(options, async (transport) => {
		const ends = await openEnds(config, transport);
		const rules = rulesOf(config, ends.destination);
		const steps = await plan(promotions, rules, ends.destination);
		const copier = new Copier({
			...ends,
			artifactTypes: config.artifactTypes,
			observer: progress,
		});
		const items = dryRun
			? steps.map(resultOf)
			: await carryOut(steps, copier, options);
		const report: PromotionReport = {
			source: ends.source.host,
			destination: ends.destination.host,
			dryRun,
			startedAt: new Date(started).toISOString(),
			seconds: (Date.now() - started) / 1000,
			counts: countOutcomes(OUTCOMES, items),
			blobs: copier.blobs,
			problems: problems.map(formatProblem),
			notes: [],
			items,
		};
		const { counts, blobs, seconds } = report;
		log.info(
			{ dryRun, ...counts, problems: problems.length, blobs, seconds },
			"promotion ended",
		);
		return report;
	}).finally(() => progress.stop());
}

async function readPromotions({
	manifests,
	allowLatest = false,
}: PromoterConfig): Promise<Promotions> {
	const { files, problems } = await readPromotionFiles(manifests);
	const parsed = parsePromotions(files, { allowLatest });
	return {
		...parsed,
		problems: sortedProblems([...problems, ...parsed.problems]),
	};
}

interface Ends {
	readonly source: Registry;
	readonly destination: Registry;
}

// Each end has an account of its own; the one that writes is never shown to the source.
async function openEnds(
	{ source, destination }: PromoterConfig,
	transport: Transport,
): Promise<Ends> {
	const read = passwordFile(source.username, source.passwordFile);
	const write = passwordFile(destination.username, destination.passwordFile);
	// Now, to fail once instead of once for each promotion.
	await Promise.all([read(), write()]);
	return {
		source: new Registry({ url: source.url, credentials: read, transport }),
		destination: new Registry({
			url: destination.url,
			actions: ["push"],
			credentials: write,
			transport,
		}),
	};
}

function rulesOf(config: PromoterConfig, destination: Registry): PlanRules {
	return {
		source: config.source.naming,
		destination: config.destination.naming,
		destinationHost: destination.host,
		repositories: config.repositories,
	};
}

async function plan(
	promotions: readonly Promotion[],
	rules: PlanRules,
	destination: Registry,
): Promise<readonly Step[]> {
	const current = new Map<Promotion, Current>();
	await Promise.all(
		promotions
			.filter((promotion) => nameRefusal(promotion, rules) === undefined)
			.map(async (promotion) => {
				current.set(promotion, await read(promotion, destination));
			}),
	);
	return planPromotions(
		promotions,
		rules,
		(promotion) => current.get(promotion) ?? { unreadable: "was not read" },
	);
}

async function read(
	{ repository, tag }: Promotion,
	destination: Registry,
): Promise<Current> {
	try {
		const head = await destination.headManifest(repository, tag);
		return { digest: head?.digest };
	} catch (error) {
		return { unreadable: messageOf(error) };
	}
}

async function carryOut(
	steps: readonly Step[],
	copier: Copier,
	{ log, progress, signal }: PromoteOptions,
): Promise<readonly ItemResult[]> {
	const images = new Semaphore(CONCURRENT_IMAGES);
	progress.start(steps.filter(({ action }) => action === "copy").length);
	return Promise.all(
		steps.map(async (step) => {
			const result =
				step.action === "copy"
					? await images.run(() => copyOne(step.promotion, copier, signal))
					: resultOf(step);
			if (step.action === "copy") progress.itemDone();
			logResult(result, log);
			return result;
		}),
	);
}

async function copyOne(
	promotion: Promotion,
	copier: Copier,
	signal: AbortSignal,
): Promise<ItemResult> {
	const { repository, digest, tag } = promotion;
	try {
		const { leftOut } = await copier.copy({
			from: repository,
			to: repository,
			reference: digest,
			tag,
		});
		return {
			...promotion,
			outcome: "promoted",
			...(leftOut.length > 0 && { leftOut }),
		};
	} catch (error) {
		const outcome = signal.aborted ? "aborted" : "failed";
		return { ...promotion, outcome, reason: messageOf(error) };
	}
}

function resultOf(step: Step): ItemResult {
	switch (step.action) {
		case "copy":
			return { ...step.promotion, outcome: "planned" };
		case "skip":
			return { ...step.promotion, outcome: "present" };
		case "refuse":
			return { ...step.promotion, outcome: "refused", reason: step.reason };
		case "fail":
			return { ...step.promotion, outcome: "failed", reason: step.reason };
	}
}

function logResult({ outcome, ...item }: ItemResult, log: Logger): void {
	if (outcome === "promoted") log.info(item, "promoted");
	else if (outcome === "present") log.debug(item, "already there");
	else log.error(item, outcome);
}
