import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { styleText } from "node:util";
import { Command, Option } from "commander";
import { ensureEngine } from "../../toolchain/docker-engine.ts";
import { ensureImages } from "../../toolchain/images/images.ts";
import { UserError } from "../../toolchain/process.ts";
import { ensurePrograms } from "../../toolchain/programs.ts";
import { bundle } from "../docker/promoter-process.ts";
import { summary } from "../smoke/checks.ts";
import { renderList, renderResults, resultsAsJson } from "./render.ts";
import { runScenarios, type ScenarioResult } from "./run-scenarios.ts";
import type { Scenario } from "./scenario.ts";
import { SCENARIOS } from "./scenarios.ts";

const program = new Command("npm run faults --")
	.description(
		"Tries what a job does when something goes wrong, on real registries with the real job between them.",
	)
	.argument("<job>", `one of ${Object.keys(SCENARIOS).join(", ")}`)
	.option("--list", "print what would be tried, and try nothing")
	.option("--only <ids>", "some of them, e.g. F3,F11", (ids) => ids.split(","))
	.addOption(
		new Option("--parallel <n>", "scenarios at a time")
			.argParser(Number)
			.default(4),
	)
	.option("--json", "print the result as JSON, and nothing else")
	.option("--no-install", "never install a missing Docker Engine or program")
	.parse();
const options = program.opts<{
	list?: true;
	only?: readonly string[];
	parallel: number;
	json?: true;
	install: boolean;
}>();

try {
	const chosen = choose();
	if (options.list) console.log(renderList(chosen));
	else process.exitCode = await tryAll(chosen);
} catch (error) {
	if (!(error instanceof UserError)) throw error;
	console.error(`error: ${error.message}`);
	process.exitCode = 2;
}

function choose(): readonly Scenario[] {
	const [job = ""] = program.args;
	const all = Object.entries(SCENARIOS).find(([name]) => name === job)?.[1];
	if (!all) {
		throw new UserError(
			`no faults for '${job}'; expected ${Object.keys(SCENARIOS).join(", ")}`,
		);
	}
	const { only = all.map(({ id }) => id), parallel } = options;
	if (!Number.isInteger(parallel) || parallel < 1) {
		throw new UserError("--parallel is not a whole number, 1 or more");
	}
	const unknown = only.filter((wanted) => !all.some(({ id }) => id === wanted));
	if (unknown.length > 0) {
		throw new UserError(
			`no fault ${unknown.join(", ")}; expected ${all.map(({ id }) => id).join(", ")}`,
		);
	}
	return all.filter(({ id }) => only.includes(id));
}

async function tryAll(scenarios: readonly Scenario[]): Promise<number> {
	const { client } = await ensureEngine(options);
	await ensureImages(client, ["registry"]);
	if (options.install) await ensurePrograms({ faketime: "faketime" });
	const folder = await mkdtemp(join(tmpdir(), "faults-"));
	const results = await bundle(join(folder, "jobs.mjs"))
		.then((bundled) =>
			runScenarios(scenarios, {
				program: bundled,
				parallel: options.parallel,
				signal: interrupted(),
				...progress(scenarios.length),
			}),
		)
		.finally(() => rm(folder, { recursive: true }));
	const failed = results.filter(({ problem }) => problem !== undefined).length;
	const tally = { passed: results.length - failed, failed };
	if (options.json) {
		const result = { ...tally, scenarios: resultsAsJson(results) };
		console.log(JSON.stringify(result, null, 2));
	} else {
		console.log(renderResults(results));
		console.log(summary("faults", tally));
	}
	return failed === 0 ? 0 : 1;
}

/** A line when one ends, on standard error; on a terminal another one that says what is under way. */
function progress(total: number) {
	const out = process.stderr;
	const running = new Set<string>();
	let ended = 0;
	const draw = () => {
		if (!out.isTTY || running.size === 0) return;
		out.write(`  ${ended} of ${total}, now ${[...running].join(" ")} …`);
	};
	const clear = () => {
		if (out.isTTY) out.write("\r\u001b[K");
	};
	return {
		onStart: ({ id }: Scenario) => {
			clear();
			running.add(id);
			draw();
		},
		onEnd: ({ scenario, seconds, problem }: ScenarioResult) => {
			clear();
			running.delete(scenario.id);
			ended++;
			const passed = problem === undefined;
			const mark = styleText(passed ? "green" : "red", passed ? "✓" : "✗", {
				stream: out,
			});
			const { id, title } = scenario;
			out.write(`  ${mark} ${id} ${title} (${seconds.toFixed(1)} s)\n`);
			if (problem) out.write(`${problem.replace(/^/gm, "      ")}\n`);
			draw();
		},
	};
}

/** Lets what is under way end, so that no registry stays behind; a second signal ends it at once. */
function interrupted(): AbortSignal {
	const controller = new AbortController();
	for (const name of ["SIGINT", "SIGTERM"] as const) {
		process.once(name, () => {
			console.error("interrupted: ending what is under way");
			controller.abort(new UserError(`ended by ${name}`));
		});
	}
	return controller.signal;
}
