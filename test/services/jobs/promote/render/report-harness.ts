import {
	type ItemResult,
	OUTCOMES,
	type PromotionReport,
} from "../../../../../services/jobs/promote/report.ts";
import { countOutcomes } from "../../../../../services/jobs/run-report.ts";

const DIGEST = `sha256:${"a".repeat(64)}` as const;

/** A promotion that a manifest asks for, before a test changes it. */
export const item: ItemResult = {
	repository: "team/app",
	tag: "1.0.0",
	digest: DIGEST,
	file: "web/a.yaml",
	path: `images[0].dmap["${DIGEST}"][0]`,
	outcome: "planned",
};

/** A report of a plan with these items. */
export function reportOf(
	items: readonly ItemResult[],
	rest: Partial<PromotionReport> = {},
): PromotionReport {
	return {
		source: "ci-snapshots.home.test:8080",
		destination: "prod-rw.home.test:8080",
		dryRun: true,
		startedAt: "2026-11-24T12:00:00.000Z",
		seconds: 0.1,
		counts: countOutcomes(OUTCOMES, items),
		blobs: { present: 0, mounted: 0, uploaded: 0, uploadedBytes: 0 },
		problems: [],
		notes: [],
		items,
		...rest,
	};
}
