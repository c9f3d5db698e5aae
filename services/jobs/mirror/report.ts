import type { BlobCounts } from "../../oci/blob-placer.ts";
import type { Digest } from "../../oci/digest.ts";
import { FAILURE, STOPPED, SUCCESS } from "../exit-status.ts";
import {
	type Counts,
	firstTrouble,
	type RunSummary,
	renderSum,
	type StoppedRun,
	troubleOf,
} from "../run-report.ts";

/**
 * What became of one tag of the Archive: it was brought over, moved after upstream (what it pointed to
 * is kept), put to the image of an override, or there already. `planned` is one that a dry run would
 * write, `drift` one that upstream has no longer and the Archive keeps, `aborted` one that the end of
 * the process came before.
 */
export const OUTCOMES = [
	"mirrored",
	"moved",
	"overridden",
	"planned",
	"present",
	"drift",
	"failed",
	"aborted",
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What a tag pointed to before it moved, and the tag that it can be pulled by from then on. */
export interface Kept {
	readonly digest: Digest;
	readonly tag: string;
}

export interface ItemResult {
	/** In the Archive, e.g. `docker.io/library/debian`. */
	readonly repository: string;
	readonly tag: string;
	/** What the tag is to point to. Absent where that could not be told. */
	readonly digest?: Digest;
	/** The list that asks for it, and where in it. */
	readonly file: string;
	readonly path: string;
	readonly outcome: Outcome;
	/** Absent where the tag pointed to nothing else. */
	readonly kept?: Kept;
	/** Why it drifted, failed or was aborted. */
	readonly reason?: string;
	/** Signatures and the like that stayed behind, and why. */
	readonly leftOut?: readonly string[];
}

/** A run as a machine reads it; the same whether it was planned or carried out. */
export interface MirrorReport extends StoppedRun {
	/** Host of the Archive. */
	readonly destination: string;
	readonly dryRun: boolean;
	/** RFC 3339. */
	readonly startedAt: string;
	readonly seconds: number;
	readonly counts: Counts<Outcome>;
	readonly blobs: Readonly<BlobCounts>;
	/** Overrides that have expired, a line each. They win until somebody renews or removes them. */
	readonly expired: readonly string[];
	readonly items: readonly ItemResult[];
}

/** The exit status a run ends with. A list that is wrong ends it before there is a report. */
export function exitStatus({
	counts,
	expired,
	stopped,
}: Pick<MirrorReport, "counts" | "expired" | "stopped">): number {
	if (stopped !== undefined) return STOPPED;
	return counts.failed + counts.aborted + expired.length > 0
		? FAILURE
		: SUCCESS;
}

/** The report without the tags that are as they should be. */
export function summaryOf(report: MirrorReport): RunSummary<Outcome> {
	const { seconds, counts, blobs, expired, items } = report;
	const trouble = firstTrouble([...expired, ...troubleOf(items)]);
	return { exitStatus: exitStatus(report), seconds, counts, blobs, trouble };
}

/** The report as a person reads it: what is wrong, what happens, and one line that sums it up. */
export function renderReport(report: MirrorReport): string {
	const lines = [
		...report.expired,
		...report.items
			.filter(({ outcome }) => outcome !== "present")
			.map(renderItem),
		renderSummary(report),
	];
	return `${lines.join("\n")}\n`;
}

const INDENT = " ".repeat(11);

function renderItem({
	repository,
	tag,
	digest,
	file,
	path,
	outcome,
	kept,
	reason,
	leftOut = [],
}: ItemResult): string {
	const line = `${outcome.padEnd(10)} ${repository}:${tag}`;
	return [
		digest === undefined ? line : `${line} ${digest}`,
		...(kept ? [`${INDENT}${kept.digest} is kept as ${kept.tag}`] : []),
		...(reason === undefined ? [] : [`${INDENT}${file}:${path}: ${reason}`]),
		...leftOut.map((note) => `${INDENT}${note}`),
	].join("\n");
}

function renderSummary({
	counts,
	blobs,
	expired,
	dryRun,
	seconds,
	stopped,
}: MirrorReport): string {
	const parts = [
		...(dryRun
			? [`${counts.planned} to write`]
			: [
					`${counts.mirrored} mirrored`,
					`${counts.moved} moved`,
					`${counts.overridden} overridden`,
				]),
		`${counts.present} already there`,
		`${counts.drift} gone upstream`,
		`${counts.failed} failed`,
		...(counts.aborted > 0 ? [`${counts.aborted} aborted`] : []),
		`${expired.length} expired overrides`,
	];
	return renderSum(parts, seconds, dryRun ? undefined : blobs, stopped);
}
