import { type Counts, countOutcomes, renderSum } from "../run-report.ts";
import type {
	CleanupReport,
	Outcome,
	RegistryReport,
	TagResult,
} from "./report.ts";
import { OUTCOMES } from "./report.ts";

/**
 * The report as a person reads it: for each registry what is wrong, what happens to which tag and why,
 * and how many there are of each; then one line that sums it up. Tags that a run left as they were are
 * only counted; a plan explains each of them.
 */
export function renderReport(report: CleanupReport): string {
	const { registries, counts, dryRun, seconds, stopped } = report;
	const sections = registries.map((registry) =>
		[
			renderHeading(registry),
			...registry.warnings,
			...registry.problems,
			...renderItems(registry.items, dryRun),
			...renderTable(registry.items, dryRun),
			"",
		].join("\n"),
	);
	const parts = countsOf(counts, dryRun);
	const sum = renderSum(parts, seconds, undefined, stopped);
	return `${[...sections, sum].join("\n")}\n`;
}

function renderHeading({ name, host, retention }: RegistryReport): string {
	const { days, keep } = retention;
	const newest =
		keep === 0
			? ""
			: ` and the newest ${keep} tags of a repository however old`;
	return `${name} at ${host}, where ${days} ${days === 1 ? "day is" : "days are"} kept${newest}`;
}

function renderItems(
	items: readonly TagResult[],
	dryRun: boolean,
): readonly string[] {
	return items
		.filter(({ outcome }) => dryRun || outcome !== "kept")
		.map(({ repository, tag, outcome, reason }) => {
			const verb = outcome === "planned" ? "remove" : outcome;
			return `${verb.padEnd(7)} ${repository}:${tag} because ${reason}`;
		});
}

// Of a run only the repositories where something happened: most are as they were.
function renderTable(
	items: readonly TagResult[],
	dryRun: boolean,
): readonly string[] {
	const repositories = [
		...Map.groupBy(items, ({ repository }) => repository),
	].map(([repository, tags]) => ({
		repository,
		tags: tags.length,
		...countOutcomes(OUTCOMES, tags),
	}));
	const shown = repositories.filter(
		({ tags, kept }) => dryRun || tags !== kept,
	);
	if (shown.length === 0) return [];
	return aligned([
		["REPOSITORY", "TAGS", "KEPT", dryRun ? "REMOVE" : "REMOVED", "OTHER"],
		...shown.map(({ repository, tags, kept, removed, planned }) => {
			const gone = removed + planned;
			return [repository, tags, kept, gone, tags - kept - gone].map(String);
		}),
	]);
}

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
	const widths = (rows[0] ?? []).map((_, column) =>
		rows.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), 0),
	);
	return rows.map((row) =>
		row
			.map((cell, column) => {
				const width = widths[column] ?? 0;
				return column === 0 ? cell.padEnd(width) : cell.padStart(width);
			})
			.join("  "),
	);
}

function countsOf(counts: Counts<Outcome>, dryRun: boolean): readonly string[] {
	return [
		dryRun ? `${counts.planned} to remove` : `${counts.removed} removed`,
		`${counts.kept} kept`,
		...(dryRun ? [] : [`${counts.left} left`]),
		`${counts.failed} failed`,
		...(counts.aborted > 0 ? [`${counts.aborted} aborted`] : []),
	];
}
