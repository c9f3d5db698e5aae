import type { Digest } from "../../../oci/digest.ts";
import { renderBytes } from "../../bytes.ts";
import { FAILURE, SUCCESS } from "../../exit-status.ts";
import { type Counts, renderSum } from "../../run-report.ts";

/** What became of a tag. `repaired` is one that was broken until this run. */
export const VERIFY_OUTCOMES = ["whole", "repaired", "broken"] as const;
export type VerifyOutcome = (typeof VERIFY_OUTCOMES)[number];

/** A tag of Prod and what was found behind it. */
export interface VerifiedTag {
	readonly repository: string;
	readonly tag: string;
	/** Absent when the tag cannot be read. */
	readonly digest?: Digest;
	readonly outcome: VerifyOutcome;
	/**
	 * Whether a promotion record stands for the tag. Absent for tags of signatures and the like, and
	 * where no records are written.
	 */
	readonly record?: "signed" | "unknown";
	/** What is damaged, or why it could not be repaired, a line each. */
	readonly reasons: readonly string[];
}

/** A run as a machine reads it. */
export interface VerifyReport {
	/** Host. */
	readonly registry: string;
	/** RFC 3339. */
	readonly startedAt: string;
	readonly seconds: number;
	readonly counts: Counts<VerifyOutcome>;
	/** Tags without a promotion record. */
	readonly unknown: number;
	/** Downloaded and hashed. */
	readonly bytes: number;
	readonly tags: readonly VerifiedTag[];
}

/** The exit status a run ends with: a tag nobody has recorded is told, one that is broken fails. */
export function verifyStatus({ counts }: Pick<VerifyReport, "counts">): number {
	return counts.broken > 0 ? FAILURE : SUCCESS;
}

/** The report as a person reads it: what is broken, what nobody recorded, and a line that sums it up. */
export function renderVerify(report: VerifyReport): string {
	const { tags, counts, unknown, bytes, seconds } = report;
	const remarkable = tags.filter(
		({ outcome, record }) => outcome !== "whole" || record === "unknown",
	);
	const lines = remarkable.flatMap(({ outcome, record, reasons, ...tag }) => [
		`${(record === "unknown" && outcome === "whole" ? "unknown" : outcome).padEnd(8)} ${tag.repository}:${tag.tag} ${tag.digest ?? ""}`.trimEnd(),
		...(record === "unknown"
			? ["         no promotion record of this estate stands for it"]
			: []),
		...reasons.map((reason) => `         ${reason}`),
	]);
	const sum = renderSum(
		[
			`${counts.whole} whole`,
			...(counts.repaired > 0 ? [`${counts.repaired} repaired`] : []),
			`${counts.broken} broken`,
			`${unknown} without a record`,
			`${renderBytes(bytes)} hashed`,
		],
		seconds,
	);
	return `${[...lines, sum].join("\n")}\n`;
}
