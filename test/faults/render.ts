import Table from "cli-table3";
import type { ScenarioResult } from "./run-scenarios.ts";
import type { Scenario } from "./scenario.ts";

const WIDTHS = { inject: 46, expect: 46 } as const;

/** What each scenario does and promises. */
export function renderList(scenarios: readonly Scenario[]): string {
	const table = tableOf(["", "fault", "injected", "asserted"]);
	for (const { id, title, inject, expect } of scenarios) {
		table.push([id, title, inject, expect]);
	}
	return table.toString();
}

/** The same with how each of them ended. */
export function renderResults(results: readonly ScenarioResult[]): string {
	const table = tableOf(["", "fault", "injected", "asserted", "s", ""]);
	for (const { scenario, seconds, problem } of results) {
		const { id, title, inject, expect } = scenario;
		const verdict = problem === undefined ? "passed" : "FAILED";
		table.push([id, title, inject, expect, seconds.toFixed(1), verdict]);
	}
	return table.toString();
}

/** The same for machines. */
export function resultsAsJson(results: readonly ScenarioResult[]) {
	return results.map(({ scenario, seconds, problem }) => {
		const { id, title, inject, expect } = scenario;
		const passed = problem === undefined;
		return { id, title, inject, expect, seconds, passed, problem };
	});
}

function tableOf(head: readonly string[]) {
	return new Table({
		head: [...head],
		colWidths: [5, 26, WIDTHS.inject, WIDTHS.expect],
		wordWrap: true,
		style: { head: [], border: [] },
	});
}
