import type { BlobCounts } from "../oci/blob-placer.ts";
import type { Digest } from "../oci/digest.ts";

/**
 * What became of one promotion. `planned` is one that a dry run would carry out, `aborted` one that
 * the end of the process came before.
 */
export const OUTCOMES = [
	"promoted",
	"planned",
	"present",
	"refused",
	"failed",
	"aborted",
] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface ItemResult {
	readonly repository: string;
	readonly tag: string;
	readonly digest: Digest;
	/** The manifest that asks for it, and where in it. */
	readonly file: string;
	readonly path: string;
	readonly outcome: Outcome;
	/** Why it was refused or failed. */
	readonly reason?: string;
	/** Signatures and the like that stayed behind, and why. */
	readonly leftOut?: readonly string[];
}

/** A run as a machine reads it; the same whether it was planned or carried out. */
export interface PromotionReport {
	/** Hosts. */
	readonly source: string;
	readonly destination: string;
	readonly dryRun: boolean;
	/** RFC 3339. */
	readonly startedAt: string;
	readonly seconds: number;
	readonly counts: Readonly<Record<Outcome, number>>;
	readonly blobs: Readonly<BlobCounts>;
	/** What is wrong with the manifests, a line each. Their other entries were dealt with. */
	readonly problems: readonly string[];
	readonly items: readonly ItemResult[];
}

/** Everything was promoted or there already. */
export const SUCCESS = 0;
/** At least one promotion was refused, failed or was aborted. */
export const FAILURE = 1;
/** The command, its configuration or a manifest is wrong. */
export const BAD_INPUT = 2;

/** The exit status a run ends with. */
export function exitStatus({
	counts,
	problems,
}: Pick<PromotionReport, "counts" | "problems">): number {
	if (problems.length > 0) return BAD_INPUT;
	const { refused, failed, aborted } = counts;
	return refused + failed + aborted > 0 ? FAILURE : SUCCESS;
}

/** How many promotions had which outcome. */
export function countOutcomes(
	items: readonly ItemResult[],
): Record<Outcome, number> {
	const counts = Object.fromEntries(
		OUTCOMES.map((outcome) => [outcome, 0]),
	) as Record<Outcome, number>;
	for (const { outcome } of items) counts[outcome]++;
	return counts;
}

/** A run in so few words that a status page can show them. */
export interface RunSummary {
	readonly exitStatus: number;
	readonly seconds: number;
	readonly counts: PromotionReport["counts"];
	readonly blobs: PromotionReport["blobs"];
	/** The first of the bad entries and of the promotions that did not happen. */
	readonly trouble: readonly string[];
}

/** A bad manifest can have more than anybody reads. */
const MOST_TROUBLE = 20;

/** The report without the promotions that went well. */
export function summaryOf(report: PromotionReport): RunSummary {
	const { seconds, counts, blobs, problems, items } = report;
	const trouble = [
		...problems,
		...items.flatMap(({ repository, tag, outcome, reason }) =>
			reason === undefined
				? []
				: [`${outcome} ${repository}:${tag}: ${reason}`],
		),
	].slice(0, MOST_TROUBLE);
	return { exitStatus: exitStatus(report), seconds, counts, blobs, trouble };
}

/** The report as a person reads it: what is wrong, what happens, and one line that sums it up. */
export function renderReport(report: PromotionReport): string {
	const lines = [
		...report.problems,
		...report.items
			.filter(({ outcome }) => outcome !== "present")
			.map(renderItem),
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
	leftOut = [],
}: ItemResult): string {
	const line = `${outcome.padEnd(8)} ${repository}:${tag} ${digest}`;
	const why =
		reason === undefined ? [] : [`         ${file}:${path}: ${reason}`];
	return [line, ...why, ...leftOut.map((note) => `         ${note}`)].join(
		"\n",
	);
}

function renderSummary({
	counts,
	blobs,
	problems,
	dryRun,
	seconds,
}: PromotionReport): string {
	const parts = [
		dryRun ? `${counts.planned} to promote` : `${counts.promoted} promoted`,
		`${counts.present} already there`,
		`${counts.refused} refused`,
		`${counts.failed} failed`,
		...(counts.aborted > 0 ? [`${counts.aborted} aborted`] : []),
		`${problems.length} bad entries`,
	];
	const moved = dryRun
		? ""
		: `; ${blobs.uploaded} blobs uploaded (${renderBytes(blobs.uploadedBytes)}), ${blobs.mounted} mounted, ${blobs.present} already there`;
	return `${parts.join(", ")}${moved}; ${seconds.toFixed(1)} s`;
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** A number of bytes for people, e.g. `1.5 GiB`. */
export function renderBytes(bytes: number): string {
	let value = bytes;
	let unit = 0;
	while (value >= 1024 && unit < UNITS.length - 1) {
		value /= 1024;
		unit++;
	}
	return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}
