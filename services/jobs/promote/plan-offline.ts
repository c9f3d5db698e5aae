import type { PromoterConfig } from "../../../topology/job-config.ts";
import { formatProblem } from "../problem.ts";
import { countOutcomes } from "../run-report.ts";
import { describeRule } from "./describe-rule.ts";
import { nameRefusal } from "./plan.ts";
import type { Promotion } from "./promotion-manifest.ts";
import { readManifests } from "./read-manifests.ts";
import { type ItemResult, OUTCOMES, type PromotionReport } from "./report.ts";

/** The part of the promoter's configuration that a plan without registries needs. */
export type OfflineConfig = Pick<
	PromoterConfig,
	"source" | "destination" | "repositories" | "allowLatest" | "manifests"
>;

/** Note of every plan that is made without registries. */
export const NOTHING_ASKED =
	"no registry was asked: images are looked into, and tags compared, by a plan without --offline";

/**
 * Plans as far as manifests and configuration tell: it asks no registry and needs no password. What is
 * refused here is refused by every run; what is not may still be, for what the registries hold.
 *
 * @throws InvalidInputError when the manifests cannot be read.
 */
export async function planOffline(
	config: OfflineConfig,
): Promise<PromotionReport> {
	const started = Date.now();
	const { source, destination } = config;
	const asked = await readManifests(config);
	const hosts = {
		source: new URL(source.url).host,
		destination: new URL(destination.url).host,
	};
	const rules = {
		source: source.naming,
		destination: destination.naming,
		destinationHost: hosts.destination,
		repositories: config.repositories,
	};
	const items = asked.promotions.map((promotion) =>
		itemOf(promotion, nameRefusal(promotion, rules)),
	);
	return {
		...hosts,
		dryRun: true,
		offline: true,
		startedAt: new Date(started).toISOString(),
		seconds: (Date.now() - started) / 1000,
		...(asked.commit !== undefined && { commit: asked.commit }),
		counts: countOutcomes(OUTCOMES, items),
		blobs: { present: 0, mounted: 0, uploaded: 0, uploadedBytes: 0 },
		problems: asked.problems.map(formatProblem),
		notes: [
			...asked.rules.map((rule) => describeRule(rule, rules)),
			NOTHING_ASKED,
		],
		items,
	};
}

function itemOf(promotion: Promotion, refused: string | undefined): ItemResult {
	return refused === undefined
		? { ...promotion, outcome: "planned" }
		: { ...promotion, outcome: "refused", reason: refused };
}
