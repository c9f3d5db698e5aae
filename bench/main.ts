import Table from "cli-table3";
import { Command } from "commander";
import { ensureEngine } from "../toolchain/docker-engine.ts";
import type { BenchOptions } from "./bench-options.ts";
import { benchDev } from "./dev.ts";
import { benchEstate } from "./estate.ts";
import { benchKubernetes } from "./kubernetes.ts";
import type { Compared, Metric, Metrics } from "./metric.ts";
import { benchPromote } from "./promote.ts";

/** The benches by name. Each measures with everything cached; a quiet machine gives better figures. */
const BENCHES: Readonly<
	Record<string, (options: BenchOptions) => Promise<Metrics>>
> = {
	dev: benchDev,
	estate: benchEstate,
	kubernetes: benchKubernetes,
	promote: benchPromote,
};

const program = new Command("npm run bench --")
	.description("Measures what the project promises. Nothing is asserted.")
	.argument("<name>", `one of ${Object.keys(BENCHES).join(", ")}`)
	.option("--json", "print the figures as JSON, and nothing else")
	.option("--quick", "promote: take each figure once", false)
	.option("--only <metric...>", "promote: take these alone")
	.parse();
const [name = ""] = program.args;
const bench = BENCHES[name] ?? program.error(`no such bench, got '${name}'`);
await ensureEngine({ install: true });
const metrics = await bench(program.opts<BenchOptions>());
console.log(
	program.opts().json ? JSON.stringify(metrics, null, 2) : render(metrics),
);

function render(metrics: Metrics): string {
	const table = new Table({
		head: ["metric", "ours", "unit", "peers", "ratio"],
		style: { head: [], border: [] },
	});
	for (const [name, metric] of Object.entries(metrics)) {
		const { ours, unit, peers, ratio, cpuSeconds, residentMiB } = metric;
		table.push([name, ours, unit, renderPeers(peers), ratio ?? ""]);
		table.push(...detail("  processor time", "s", cpuSeconds));
		table.push(...detail("  resident memory", "MiB", residentMiB));
	}
	return table.toString();
}

function detail(
	name: string,
	unit: string,
	figures: Compared | undefined,
): readonly (string | number)[][] {
	if (!figures) return [];
	return [[name, figures.ours, unit, renderPeers(figures.peers), ""]];
}

function renderPeers(peers: Metric["peers"]): string {
	return Object.entries(peers)
		.map(([name, value]) => `${name} ${value}`)
		.join(", ");
}
