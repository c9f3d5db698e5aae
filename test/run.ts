import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { stopCluster } from "../toolchain/cluster/cluster.ts";
import { ensureEngine } from "../toolchain/docker-engine.ts";
import { ensureImages } from "../toolchain/images/images.ts";
import { runAttached } from "../toolchain/process.ts";
import { ensurePrograms } from "../toolchain/programs.ts";
import { ensurePulumi } from "../toolchain/pulumi-cli.ts";
import { summary } from "./smoke/checks.ts";
import { readTally } from "./tally-reporter.ts";

/** What each command runs, in order; the first step that fails ends it. */
const SUITES = {
	unit: [
		["node_modules/@biomejs/biome/bin/biome", "ci", "."],
		["node_modules/typescript/bin/tsc"],
		vitest("unit"),
	],
	docker: [vitest("docker")],
	kubernetes: [vitest("kubernetes")],
} as const;

const program = new Command("npm")
	.description("Runs the project's tests.")
	.argument("<suite>", `one of ${Object.keys(SUITES).join(", ")}`)
	.argument("[vitest...]", "further arguments for vitest, such as a file name")
	.allowUnknownOption()
	.parse();
const [suite = "", ...extra] = program.args;
const steps = SUITES[suite as keyof typeof SUITES];
if (!steps) program.error(`no suite, got '${suite}'`);

const env: Record<string, string> =
	suite === "unit" ? {} : await prepareMachine();
const ownState =
	suite === "kubernetes"
		? mkdtempSync(join(tmpdir(), "registry-tiers-state-"))
		: undefined;
if (ownState) {
	// Stacks and cluster have to know the same: neither is to remember an earlier run.
	env.XDG_STATE_HOME = ownState;
	await stopCluster();
}
for (const step of steps) {
	const args = step[0]?.includes("vitest") ? [...step, ...extra] : step;
	process.exitCode = await runAttached(process.execPath, args, { env });
	if (process.exitCode !== 0) break;
}
if (ownState) rmSync(ownState, { recursive: true });
if (suite !== "unit") console.log(summary(`test:${suite}`, readTally()));

/** What the real tests need of the machine: an engine with images, clients and a Pulumi CLI. */
async function prepareMachine(): Promise<Record<string, string>> {
	const engine = await ensureEngine({ install: true });
	await ensureImages(engine.client, ["registry", "nginx", "node", "debian"]);
	await ensurePrograms({ skopeo: "skopeo", busybox: "busybox-static" });
	const { command } = await ensurePulumi();
	return { ...engine.env, REGISTRY_TIERS_PULUMI: command };
}

function vitest(project: string): readonly string[] {
	return [
		"node_modules/vitest/vitest.mjs",
		"run",
		"--project",
		project,
		"--reporter=default",
		"--reporter=./test/tally-reporter.ts",
	];
}
