import Table from "cli-table3";
import type { Verdict } from "./judge.ts";
import type { ConformanceRun } from "./plan.ts";

/** A run that was carried out. */
export interface Finished {
	readonly run: ConformanceRun;
	readonly verdict: Verdict;
	/** Folder with the suite's reports. */
	readonly results: string;
}

/** The runs for a person: a table, then what failed, what is off and what is not supported, with reasons. */
export function renderRuns(finished: readonly Finished[]): string {
	const table = new Table({
		head: ["tier", "as", "profile", "pass", "fail", "skip", "off"],
		colAligns: ["left", "left", "left", "right", "right", "right", "right"],
		style: { head: [], border: [], compact: true },
	});
	for (const { run, verdict } of finished) {
		const { passed, failed, skipped, disabled } = verdict;
		table.push([
			run.registry.name,
			run.account.principal,
			run.profile,
			passed,
			failed,
			skipped,
			disabled,
		]);
	}
	return [
		table.toString(),
		"Where something is refused, pass counts the tests that were.",
		...section("failed", finished.flatMap(problemLines)),
		...section("switched off", grouped(finished.flatMap(offLines))),
		...section("not supported", grouped(finished.flatMap(unsupportedLines))),
	].join("\n");
}

/** The same for a machine. */
export function runsAsJson(finished: readonly Finished[]): unknown {
	return finished.map(({ run, verdict, results }) => ({
		tier: run.registry.name,
		principal: run.account.principal,
		profile: run.profile,
		...verdict,
		off: run.off,
		results,
	}));
}

/** Something that is said of one run. */
interface Remark {
	readonly text: string;
	readonly tier: string;
}

/** Problems of one run that are shown; one cause often fails a hundred tests. */
const SHOWN_PROBLEMS = 10;

function problemLines({ run, verdict, results }: Finished): readonly string[] {
	const { failed, problems } = verdict;
	if (failed === 0) return [];
	const where = `${run.registry.name}, ${run.profile}`;
	const shown = problems.slice(0, SHOWN_PROBLEMS);
	return [
		...shown.map((problem) => `${where}: ${problem}`),
		`${where}: ${shown.length} of ${failed} failures shown, reports in ${results}`,
	];
}

function offLines({ run }: Finished): readonly Remark[] {
	return run.off.map(({ switches, reason }) => ({
		text: `${switches.join(", ")}: ${reason}`,
		tier: run.registry.name,
	}));
}

function unsupportedLines({ run, verdict }: Finished): readonly Remark[] {
	return verdict.unsupported.map(({ what, reason }) => ({
		text: `${what}: ${reason}`,
		tier: run.registry.name,
	}));
}

/** Each text once, with the tiers it is said of. */
function grouped(remarks: readonly Remark[]): readonly string[] {
	const tiers = new Map<string, Set<string>>();
	for (const { text, tier } of remarks) {
		tiers.set(text, (tiers.get(text) ?? new Set()).add(tier));
	}
	return [...tiers].map(
		([text, names]) => `${text} (${[...names].join(", ")})`,
	);
}

function section(title: string, lines: readonly string[]): readonly string[] {
	if (lines.length === 0) return [];
	return ["", `${title}:`, ...lines.map((text) => `  ${text}`)];
}
