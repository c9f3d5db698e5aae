import Table from "cli-table3";
import { Command } from "commander";
import { ensureEngine } from "../toolchain/docker-engine.ts";
import { benchDev } from "./dev.ts";
import { benchEstate } from "./estate.ts";
import type { Metric, Metrics } from "./metric.ts";

/** The benches by name. Each measures with everything cached; a quiet machine gives better figures. */
const BENCHES: Readonly<Record<string, () => Promise<Metrics>>> = {
	dev: benchDev,
	estate: benchEstate,
};

const program = new Command("npm run bench --")
	.description("Measures what the project promises. Nothing is asserted.")
	.argument("<name>", `one of ${Object.keys(BENCHES).join(", ")}`)
	.option("--json", "print the figures as JSON, and nothing else")
	.parse();
const [name = ""] = program.args;
const bench = BENCHES[name] ?? program.error(`no such bench, got '${name}'`);
await ensureEngine({ install: true });
const metrics = await bench();
console.log(
	program.opts().json ? JSON.stringify(metrics, null, 2) : render(metrics),
);

function render(metrics: Metrics): string {
	const table = new Table({
		head: ["metric", "ours", "unit", "peers", "ratio"],
		style: { head: [], border: [] },
	});
	for (const [name, { ours, unit, peers, ratio }] of Object.entries(metrics)) {
		table.push([name, ours, unit, renderPeers(peers), ratio ?? ""]);
	}
	return table.toString();
}

function renderPeers(peers: Metric["peers"]): string {
	return Object.entries(peers)
		.map(([name, value]) => `${name} ${value}`)
		.join(", ");
}
