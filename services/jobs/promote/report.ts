import type { PromotionCheck } from "../../../topology/promotion-policy.ts";
import type { BlobCounts } from "../../oci/blob-placer.ts";
import type { Digest } from "../../oci/digest.ts";
import { BAD_INPUT, FAILURE, STOPPED, SUCCESS } from "../exit-status.ts";
import {
	type Counts,
	firstTrouble,
	type RunSummary,
	renderSum,
	type StoppedRun,
	troubleOf,
} from "../run-report.ts";
import { exceptionsOf } from "./render/rows.ts";

/**
 * What became of one promotion. `planned` is one that a dry run would carry out, `held` one that a
 * rule proposes and whose image does not pass the checks, perhaps not yet; `aborted` one that the end
 * of the process came before.
 */
export const OUTCOMES = [
	"promoted",
	"planned",
	"present",
	"held",
	"refused",
	"failed",
	"aborted",
] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface ItemResult {
	readonly repository: string;
	readonly tag: string;
	/** Absent when a rule could not find it. */
	readonly digest?: Digest;
	/** The manifest or rule that asks for it, and where in it. */
	readonly file: string;
	readonly path: string;
	/** The tag of CI Snapshots that a rule found. @default - a manifest names the digest */
	readonly sourceTag?: string;
	readonly outcome: Outcome;
	/** Why it was held, refused or failed. */
	readonly reason?: string;
	/** What the image was checked for; absent where it was not looked into. */
	readonly checks?: CheckSummary;
	/** Signatures and the like that stayed behind, and why. */
	readonly leftOut?: readonly string[];
}

/** What an image was checked for before it was promoted. */
export interface CheckSummary {
	readonly passed: readonly PromotionCheck[];
	/** Checks it would not have passed, and who answers for promoting it all the same. */
	readonly lowered: readonly {
		readonly check: PromotionCheck;
		readonly owner: string;
		readonly reason: string;
	}[];
	/** Whose signature it carries. */
	readonly signer?: string;
}

/** A run as a machine reads it; the same whether it was planned or carried out. */
export interface PromotionReport extends StoppedRun {
	/** Hosts. */
	readonly source: string;
	readonly destination: string;
	readonly dryRun: boolean;
	/** The registries were not asked; what they have may refuse more. @default false */
	readonly offline?: boolean;
	/** RFC 3339. */
	readonly startedAt: string;
	readonly seconds: number;
	/** Commit of the manifests. @default - they come from no checkout */
	readonly commit?: string;
	readonly counts: Counts<Outcome>;
	readonly blobs: Readonly<BlobCounts>;
	/** What is wrong with the manifests, a line each. Their other entries were dealt with. */
	readonly problems: readonly string[];
	/** What nobody has to act upon, a line each. */
	readonly notes: readonly string[];
	readonly items: readonly ItemResult[];
}

/** The exit status a run ends with. */
export function exitStatus({
	counts,
	problems,
	stopped,
}: Pick<PromotionReport, "counts" | "problems" | "stopped">): number {
	if (stopped !== undefined) return STOPPED;
	if (problems.length > 0) return BAD_INPUT;
	const { refused, failed, aborted } = counts;
	return refused + failed + aborted > 0 ? FAILURE : SUCCESS;
}

/** The report without the promotions that went well. */
export function summaryOf(report: PromotionReport): RunSummary<Outcome> {
	const { seconds, counts, blobs, problems, items } = report;
	const trouble = firstTrouble([...problems, ...troubleOf(items)]);
	return { exitStatus: exitStatus(report), seconds, counts, blobs, trouble };
}

/** The report as a person reads it: what is wrong, what happens, and one line that sums it up. */
export function renderReport(report: PromotionReport): string {
	const lines = [
		...report.problems,
		...report.items
			.filter(({ outcome }) => outcome !== "present")
			.map(renderItem),
		...report.notes.map((note) => `note: ${note}`),
		renderSummary(report),
	];
	return `${lines.join("\n")}\n`;
}

function renderItem({
	repository,
	tag,
	digest,
	file,
	path,
	outcome,
	reason,
	checks,
	leftOut = [],
}: ItemResult): string {
	const line = [outcome.padEnd(8), `${repository}:${tag}`, digest ?? ""]
		.join(" ")
		.trimEnd();
	const why =
		reason === undefined ? [] : [`         ${file}:${path}: ${reason}`];
	return [
		line,
		...why,
		...[...exceptionsOf(checks), ...leftOut].map((note) => `         ${note}`),
	].join("\n");
}

/** One line that sums the report up. */
export function renderSummary({
	counts,
	blobs,
	problems,
	dryRun,
	offline = false,
	seconds,
	stopped,
}: PromotionReport): string {
	const parts = [
		dryRun ? `${counts.planned} to promote` : `${counts.promoted} promoted`,
		...(offline ? [] : [`${counts.present} already there`]),
		...(counts.held > 0 ? [`${counts.held} held`] : []),
		`${counts.refused} refused`,
		`${counts.failed} failed`,
		...(counts.aborted > 0 ? [`${counts.aborted} aborted`] : []),
		`${problems.length} bad entries`,
	];
	return renderSum(parts, seconds, dryRun ? undefined : blobs, stopped);
}
