import type { BlobCounts } from "../oci/blob-placer.ts";
import { renderBytes } from "./bytes.ts";
import { messageOf } from "./error-message.ts";
import { SUCCESS } from "./exit-status.ts";

/** How many items had which outcome. */
export type Counts<Outcome extends string> = Readonly<Record<Outcome, number>>;

/** Counts the items of each outcome, 0 for one that none had. */
export function countOutcomes<Outcome extends string>(
	outcomes: readonly Outcome[],
	items: readonly { readonly outcome: Outcome }[],
): Counts<Outcome> {
	const counts = noCounts(outcomes);
	for (const { outcome } of items) counts[outcome]++;
	return counts;
}

/** The counts of several runs together. */
export function sumOf<Outcome extends string>(
	outcomes: readonly Outcome[],
	all: readonly Counts<Outcome>[],
): Counts<Outcome> {
	const sum = noCounts(outcomes);
	for (const outcome of outcomes) {
		for (const counts of all) sum[outcome] += counts[outcome];
	}
	return sum;
}

function noCounts<Outcome extends string>(
	outcomes: readonly Outcome[],
): Record<Outcome, number> {
	return Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Record<
		Outcome,
		number
	>;
}

/** The part that all reports have for a run that did not get to its end. */
export interface StoppedRun {
	/** What made it end before it was through, e.g. `stopped by SIGTERM`. @default - it was through */
	readonly stopped?: string;
}

/** Whether a run was stopped: one that had done all it was asked for by then was not. */
export function stopOf(signal: AbortSignal, exitStatus: number): StoppedRun {
	return signal.aborted && exitStatus !== SUCCESS
		? { stopped: messageOf(signal.reason) }
		: {};
}

/** A run in so few words that a status page can show them. */
export interface RunSummary<Outcome extends string> {
	readonly exitStatus: number;
	readonly seconds: number;
	readonly counts: Counts<Outcome>;
	/** Of runs that copy. */
	readonly blobs?: Readonly<BlobCounts>;
	/** The first of what went wrong, a line each. */
	readonly trouble: readonly string[];
}

/** A registry that is away, or a bad file, can make more trouble than anybody reads. */
const MOST_TROUBLE = 20;

/** The part of the trouble that a summary has room for. */
export const firstTrouble = (trouble: readonly string[]) =>
	trouble.slice(0, MOST_TROUBLE);

/** An item that may have gone wrong. */
export interface Troubled {
	readonly repository: string;
	readonly tag: string;
	readonly outcome: string;
	readonly reason?: string;
}

/** What went wrong with items, a line for each that has a reason. */
export function troubleOf(items: readonly Troubled[]): readonly string[] {
	return items.flatMap(({ repository, tag, outcome, reason }) =>
		reason === undefined ? [] : [`${outcome} ${repository}:${tag}: ${reason}`],
	);
}

/**
 * The last line of a report for people.
 *
 * @param blobs what was copied. @default - nothing is said of it, as in a dry run
 * @param stopped what ended the run before it was through. @default - it was through
 */
export function renderSum(
	parts: readonly string[],
	seconds: number,
	blobs?: Readonly<BlobCounts>,
	stopped?: string,
): string {
	const moved = blobs
		? [
				`${blobs.uploaded} blobs uploaded (${renderBytes(blobs.uploadedBytes)}), ${blobs.mounted} mounted, ${blobs.present} already there`,
			]
		: [];
	return [
		parts.join(", "),
		...moved,
		`${seconds.toFixed(1)} s`,
		...(stopped === undefined ? [] : [stopped]),
	].join("; ");
}
