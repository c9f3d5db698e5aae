import { rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command } from "commander";
import {
	CONFORMANCE_VERSION,
	ensureConformanceSuite,
} from "../../toolchain/conformance-suite.ts";
import { ensureEngine } from "../../toolchain/docker-engine.ts";
import { JOB_SERVERS } from "../../toolchain/job-server.ts";
import { ROOT } from "../../toolchain/stack.ts";
import { runningContainer } from "../../toolchain/stack-containers.ts";
import { step } from "../../toolchain/step.ts";
import { SERVICE_PORT } from "../../topology/names.ts";
import { passwordsOf, succeeded, testStack } from "../docker/test-stack.ts";
import { summary } from "../smoke/checks.ts";
import { admitSuite, REPOSITORY_PREFIX } from "./estate.ts";
import { judge, type Verdict } from "./judge.ts";
import { type ConformanceRun, planRuns } from "./plan.ts";
import { type Finished, renderRuns, runsAsJson } from "./render.ts";
import type { SuiteTarget } from "./settings.ts";
import { storedContent } from "./stored-content.ts";
import { runSuite, runSuiteInNetwork } from "./suite.ts";

const FIRST_PORT = 5801;

const options = new Command("npm run conformance --")
	.description(
		"Runs the OCI conformance suite on every tier of an estate started for it.",
	)
	.option("--json", "print the result as JSON, and nothing else")
	.option(
		"--results <folder>",
		"where the suite's reports go; what is in it is removed",
		join(ROOT, ".build", "conformance"),
	)
	.option("--no-install", "never install a missing Docker Engine")
	.parse()
	.opts<{ json?: true; results: string; install: boolean }>();

const resultsRoot = resolve(options.results);
// New repositories for each run of the command: nothing an earlier one left can help or hinder.
const runId = Date.now().toString(36);
const { client, env } = await ensureEngine(options);
const executable = await ensureConformanceSuite();
rmSync(resultsRoot, { recursive: true, force: true });

// Whoever interrupts it still gets the estate taken down; a second signal ends it at once.
const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
	process.once(signal, () => interrupted.abort(new Error("interrupted")));
}

const stack = testStack("conformance", FIRST_PORT);
const runs = planRuns(admitSuite(stack));
const finished = await withEstate(async (passwords) => {
	const done: Finished[] = [];
	for (const run of runs) done.push(await carryOut(run, passwords));
	return done;
});

const tally = {
	passed: finished.reduce((sum, { verdict }) => sum + verdict.passed, 0),
	failed: finished.reduce((sum, { verdict }) => sum + verdict.failed, 0),
};
if (options.json) {
	const suite = CONFORMANCE_VERSION;
	const result = { suite, ...tally, runs: runsAsJson(finished) };
	console.log(JSON.stringify(result, null, 2));
} else {
	console.log(`\nOCI distribution 1.1, suite ${CONFORMANCE_VERSION}`);
	console.log(renderRuns(finished));
	console.log(`\nreports in ${resultsRoot}`);
	console.log(summary("conformance", tally));
}
process.exitCode = tally.failed === 0 ? 0 : 1;

async function withEstate<T>(
	use: (passwords: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
	const install = options.install ? [] : ["--no-install"];
	try {
		await step("starting an estate for the suite", {}, async () => {
			succeeded(await stack.npm("down", install));
			succeeded(await stack.npm("up", install));
		});
		return await use(await passwordsOf(stack));
	} finally {
		await stack.npm("down", install);
		stack.dispose();
	}
}

async function carryOut(
	run: ConformanceRun,
	passwords: Readonly<Record<string, string>>,
): Promise<Finished> {
	const { registry, account, profile } = run;
	const results = join(
		resultsRoot,
		`${registry.name} ${account.principal} ${profile}`.replaceAll(" ", "-"),
	);
	const verdict = await step(
		`${registry.name} as ${account.principal}: ${profile}`,
		{},
		() => verdictOf(run, passwords[account.secret], results),
	).catch(couldNotRun);
	return { run, verdict, results };
}

async function verdictOf(
	run: ConformanceRun,
	password: string | undefined,
	results: string,
): Promise<Verdict> {
	const { registry, account, off } = run;
	interrupted.signal.throwIfAborted();
	// Without one the suite would be anonymous, which is another row of the access table.
	if (password === undefined) {
		throw new Error(`the stack has no password '${account.secret}'`);
	}
	const own: SuiteTarget = {
		address:
			registry.port === undefined
				? `${registry.host}:${SERVICE_PORT}`
				: `localhost:${registry.port}`,
		username: account.principal,
		password,
		repositories: repositoriesOf(run),
	};
	const target = run.reads
		? { ...own, content: await storedContent(own) }
		: own;
	const suite = { executable, env, results };
	if (registry.port !== undefined) {
		return judge(run, await runSuite(target, off, suite));
	}
	// The one front that is not published answers on the promoter's network alone.
	const { Id } = await runningContainer(
		client,
		stack.name,
		JOB_SERVERS.promote,
	);
	const network = { container: Id, stack: stack.name };
	return judge(run, await runSuiteInNetwork(target, off, network, suite));
}

function repositoriesOf({
	registry,
	profile,
	reads,
}: ConformanceRun): readonly [string, string] {
	const owner = reads ? `${reads}-core` : `${registry.name}-${profile}`;
	const base = `${REPOSITORY_PREFIX}/${runId}-${owner.replaceAll(" ", "-")}`;
	return [`${base}-1`, `${base}-2`];
}

// One run that cannot be carried out does not keep the others from showing what they show.
function couldNotRun(error: unknown): Verdict {
	const reason = error instanceof Error ? error.message : String(error);
	return {
		passed: 0,
		failed: 1,
		skipped: 0,
		disabled: 0,
		problems: [reason.trim()],
		unsupported: [],
	};
}
