import type { RetentionRule } from "../../../topology/retention.ts";
import type { Digest } from "../../oci/digest.ts";
import { FAILURE, STOPPED, SUCCESS } from "../exit-status.ts";
import {
	type Counts,
	firstTrouble,
	type RunSummary,
	type StoppedRun,
	troubleOf,
} from "../run-report.ts";

/**
 * What became of one tag: `planned` is one that a dry run would remove, `left` one that was to be
 * removed and changed before it was, `failed` one that could not be looked at or removed, `aborted` one
 * that the end of the process came before.
 */
export const OUTCOMES = [
	"removed",
	"planned",
	"kept",
	"left",
	"failed",
	"aborted",
] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface TagResult {
	readonly repository: string;
	readonly tag: string;
	/** What it pointed to when the plan was made. Absent where that could not be told. */
	readonly digest?: Digest;
	/** Since when it is known to, RFC 3339. */
	readonly firstSeen?: string;
	readonly outcome: Outcome;
	/** Goes on after `because`. */
	readonly reason: string;
}

/** What became of one registry's tags. */
export interface RegistryReport {
	readonly name: string;
	readonly host: string;
	readonly retention: RetentionRule;
	readonly counts: Counts<Outcome>;
	/** What to know about the run, e.g. that there was no ledger. */
	readonly warnings: readonly string[];
	/** What could not be done, besides what failed for single tags. */
	readonly problems: readonly string[];
	/** By repository and tag. */
	readonly items: readonly TagResult[];
}

/** A run as a machine reads it; the same whether it was planned or carried out. */
export interface CleanupReport extends StoppedRun {
	readonly dryRun: boolean;
	/** RFC 3339. */
	readonly startedAt: string;
	readonly seconds: number;
	/** Of all registries together. */
	readonly counts: Counts<Outcome>;
	readonly registries: readonly RegistryReport[];
}

/** The exit status a run ends with. */
export function exitStatus({
	counts,
	registries,
	stopped,
}: Pick<CleanupReport, "counts" | "registries" | "stopped">): number {
	if (stopped !== undefined) return STOPPED;
	const problems = registries.some((registry) => registry.problems.length > 0);
	return problems || counts.failed + counts.aborted > 0 ? FAILURE : SUCCESS;
}

/** The report without the tags that are as they should be. */
export function summaryOf(report: CleanupReport): RunSummary<Outcome> {
	const { seconds, counts, registries } = report;
	const trouble = firstTrouble(
		registries.flatMap(({ name, warnings, problems, items }) => [
			...[...problems, ...warnings].map((text) => `${name}: ${text}`),
			...troubleOf(
				items.filter(isTrouble).map((item) => ({
					...item,
					repository: `${name}/${item.repository}`,
				})),
			),
		]),
	);
	return { exitStatus: exitStatus(report), seconds, counts, trouble };
}

function isTrouble({ outcome }: TagResult): boolean {
	return outcome === "failed" || outcome === "aborted";
}
