import type { PromoterConfig } from "../../../topology/job-config.ts";
import { formatProblem, sortedProblems } from "../problem.ts";
import { countOutcomes } from "../run-report.ts";
import { describeRule } from "./describe-rule.ts";
import { nameRefusal } from "./plan.ts";
import { readPromotionFiles } from "./promotion-files.ts";
import { type Promotion, parsePromotions } from "./promotion-manifest.ts";
import { type ItemResult, OUTCOMES, type PromotionReport } from "./report.ts";

/** The part of the promoter's configuration that a plan without registries needs. */
export type OfflineConfig = Pick<
	PromoterConfig,
	"source" | "destination" | "repositories" | "allowLatest" | "manifests"
>;

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
	const { source, destination, allowLatest = false } = config;
	const read = await readPromotionFiles(config.manifests);
	const parsed = parsePromotions(read.files, { allowLatest });
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
	const items = parsed.promotions.map((promotion) =>
		itemOf(promotion, nameRefusal(promotion, rules)),
	);
	return {
		...hosts,
		dryRun: true,
		offline: true,
		startedAt: new Date(started).toISOString(),
		seconds: (Date.now() - started) / 1000,
		...(read.commit !== undefined && { commit: read.commit }),
		counts: countOutcomes(OUTCOMES, items),
		blobs: { present: 0, mounted: 0, uploaded: 0, uploadedBytes: 0 },
		problems: sortedProblems([...read.problems, ...parsed.problems]).map(
			formatProblem,
		),
		notes: [
			...parsed.rules.map((rule) => describeRule(rule, rules)),
			"no registry was asked: images are looked into, and tags compared, by a plan without --offline",
		],
		items,
	};
}

function itemOf(promotion: Promotion, refused: string | undefined): ItemResult {
	return refused === undefined
		? { ...promotion, outcome: "planned" }
		: { ...promotion, outcome: "refused", reason: refused };
}
