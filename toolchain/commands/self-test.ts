import { join } from "node:path";
import type { Estate } from "../../topology/estate.ts";
import { PROMOTER_JOB } from "../../topology/names.ts";
import {
	type SelfTestConfig,
	type SelfTestPlan,
	secretsOf,
	selfTestOf,
} from "../../topology/self-test-config.ts";
import { selfTestPlan, type Vantage } from "../../topology/self-test-plan.ts";
import {
	failedReport,
	joinedReport,
	type SelfTestReport,
	tallyOf,
} from "../../topology/self-test-report.ts";
import { ensureEngine } from "../docker-engine.ts";
import { JOB_SERVERS } from "../job-server.ts";
import { selfTestOnCluster } from "../kubernetes/self-test.ts";
import type { StackOptions } from "../main.ts";
import { type Captured, runCaptured, UserError } from "../process.ts";
import { selfTestTable } from "../self-test-table.ts";
import { ROOT } from "../stack.ts";
import { runningContainer } from "../stack-containers.ts";
import { readStackOutput } from "../stack-output.ts";
import { step } from "../step.ts";
import { findRegistry } from "../tier-targets.ts";
import { describeStack } from "./prepare.ts";

export interface SelfTestOptions extends StackOptions {
	/** This one alone. @default - all */
	readonly tier?: string;
	/** Prints the report itself. */
	readonly json?: boolean;
}

const VANTAGES: readonly Vantage[] = ["outside", PROMOTER_JOB];

/**
 * `npm run self-test`: tries every cell of the access table on the running estate.
 *
 * @returns 1 when a cell is not as the table says
 */
export async function selfTest(options: SelfTestOptions): Promise<number> {
	const { stack, tier, json } = options;
	const { location, estate } = describeStack(options);
	if (tier !== undefined) findRegistry(estate, tier);
	const plans = VANTAGES.map((vantage) => {
		const whole = selfTestPlan(estate, vantage);
		return { vantage, plan: tier ? selfTestOf(whole, tier) : whole };
	});
	const passwords = await readStackOutput(location, "passwords");
	const tried = plans.filter(({ plan }) => plan.registries.length > 0);
	const reports = await step("trying every cell", { usually: "30 s" }, () =>
		estate.platform === "kubernetes"
			? tryOnCluster(
					estate,
					tried.map(({ plan }) => plan),
					passwords,
				)
			: Promise.all(
					tried.map(({ vantage, plan }) =>
						tryFrom(vantage, stack, { ...plan, passwords: only(plan) }),
					),
				),
	);
	const report = joinedReport(reports);
	console.log(json ? JSON.stringify(report, null, 2) : selfTestTable(report));
	return tallyOf(report).failed === 0 ? 0 : 1;

	function only(plan: SelfTestPlan): SelfTestConfig["passwords"] {
		return Object.fromEntries(
			secretsOf(plan).map((secret) => [secret, passwords[secret] ?? ""]),
		);
	}
}

/** One pod reaches all fronts, so that both vantages are tried from there. */
async function tryOnCluster(
	estate: Estate,
	plans: readonly SelfTestPlan[],
	passwords: SelfTestConfig["passwords"],
): Promise<readonly SelfTestReport[]> {
	const whole = {
		registries: plans.flatMap(({ registries }) => registries),
		fronts: plans.flatMap(({ fronts }) => fronts),
	};
	return [reportOf(await selfTestOnCluster(estate, whole, passwords))];
}

/** Runs the job where its registries can be reached; passwords are on its standard input alone. */
async function tryFrom(
	vantage: Vantage,
	stack: string,
	config: SelfTestConfig,
): Promise<SelfTestReport> {
	const args = ["self-test", "--config", "-"];
	const input = JSON.stringify(config);
	try {
		return reportOf(
			vantage === "outside"
				? await runCaptured(process.execPath, [JOBS_PROGRAM, ...args], {
						input,
					})
				: await inPromoter(stack, args, input),
		);
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		// The other cells are tried all the same, and these are no success.
		return failedReport(config, error.message);
	}
}

const JOBS_PROGRAM = join(ROOT, "services/jobs/main.ts");

async function inPromoter(
	stack: string,
	args: readonly string[],
	input: string,
): Promise<Captured> {
	const { client, env } = await ensureEngine({ install: false });
	const { Id } = await runningContainer(client, stack, JOB_SERVERS.promote);
	return runCaptured(
		"docker",
		["exec", "--interactive", Id, "node", "/app/jobs.mjs", ...args],
		{ env, input },
	);
}

function reportOf({ stdout, stderr, code }: Captured): SelfTestReport {
	if (stdout.startsWith("{")) return JSON.parse(stdout);
	const said = stderr.trim() || stdout.trim() || "it said nothing";
	throw new UserError(
		`the self-test could not run, exit code ${code}: ${said}. Fix: npm run up, which brings the services of this checkout`,
	);
}
