import type { ItemResult, Outcome } from "../report.ts";

/** The order in which a person wants to know: what needs somebody first. */
const ORDER: readonly Outcome[] = [
	"refused",
	"failed",
	"aborted",
	"held",
	"planned",
	"promoted",
	"present",
];

/** Items by outcome, what needs somebody first; those of one outcome as they were. */
export function inOrder(items: readonly ItemResult[]): readonly ItemResult[] {
	const byOutcome = Map.groupBy(items, ({ outcome }) => outcome);
	return ORDER.flatMap((outcome) => byOutcome.get(outcome) ?? []);
}

/** A digest as people compare it; nothing for one that is not known. */
export const shortDigest = (digest = "") =>
	digest === "" ? "" : `${digest.slice(0, 19)}…`;

/** Who asks for an item: its place in the manifests, and the tag that a rule found. */
export function askedBy({ file, path, sourceTag }: ItemResult): string {
	const place = `${file}:${path}`.replace(/sha256:[0-9a-f]{64}/g, (digest) =>
		shortDigest(digest),
	);
	return sourceTag === undefined ? place : `${place} found ${sourceTag}`;
}

/** What is to be said about an item besides, a line each. */
export function remarksOn({
	reason,
	checks,
	leftOut = [],
}: ItemResult): readonly string[] {
	return [
		...(reason === undefined ? [] : [reason]),
		...exceptionsOf(checks),
		...leftOut,
	];
}

/** The checks that an image needed an exception from, a line each. */
export function exceptionsOf(checks: ItemResult["checks"]): readonly string[] {
	return (checks?.lowered ?? []).map(
		({ check, owner, reason }) =>
			`not checked for ${check}: ${owner} answers for it: ${reason}`,
	);
}
