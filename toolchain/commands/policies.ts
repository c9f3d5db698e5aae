import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { judge } from "../../policies/judge.ts";
import { stops } from "../../policies/report.ts";
import { SETTINGS } from "../../policies/settings.ts";
import { resourcesOfState } from "../../policies/state.ts";
import type { StackOptions } from "../main.ts";
import { policyReport, policyReportJson, unjudged } from "../policy-report.ts";
import { runCaptured, UserError } from "../process.ts";
import { runPulumi } from "../pulumi-run.ts";
import { ROOT } from "../stack.ts";
import { describeStack, prepareCli, prepareStack } from "./prepare.ts";

interface PoliciesOptions extends StackOptions {
	readonly json?: boolean;
	readonly preview?: boolean;
}

/**
 * `npm run policies`: judges what a stack has put up, by its state.
 *
 * @returns 1 when a mandatory rule is broken
 */
export async function policies(
	options: PoliciesOptions,
	args: readonly string[],
): Promise<number> {
	if (options.preview) return previewWithPolicies(options, args);
	const { location } = describeStack(options);
	const { pulumi, env } = await prepareCli(location, {});
	const { code, stdout, stderr } = await runCaptured(
		pulumi,
		["stack", "export", "--show-secrets", "--stack", location.stack],
		{ cwd: location.cwd, env },
	);
	if (code !== 0) {
		throw new UserError(
			`cannot read the state of the stack '${location.stack}': ${stderr.trim()}`,
		);
	}
	const resources = resourcesOfState(JSON.parse(stdout));
	if (resources.length === 0) {
		throw new UserError(
			`the stack '${location.stack}' has put up nothing. Fix: npm run up -- --stack ${location.stack}, or judge what it would do with --preview`,
		);
	}
	const judgement = judge(resources, {
		...SETTINGS,
		day: new Date().toISOString().slice(0, 10),
	});
	console.log(
		options.json
			? policyReportJson(judgement)
			: policyReport(judgement, location.stack, resources.length),
	);
	return stops(judgement) ? 1 : 0;
}

/** The pack as the engine runs it, before anything changes. A rule that could not look fails, too. */
async function previewWithPolicies(
	options: PoliciesOptions,
	args: readonly string[],
): Promise<number> {
	const prepared = await prepareStack(options);
	const folder = mkdtempSync(join(tmpdir(), "registry-tiers-policies-"));
	const log = join(folder, "events.json");
	try {
		const code = await runPulumi(
			{
				...prepared,
				// Makes --event-log known.
				env: { ...prepared.env, PULUMI_DEBUG_COMMANDS: "true" },
			},
			[
				"preview",
				"--policy-pack",
				join(ROOT, "policies/run"),
				"--event-log",
				log,
				...args,
			],
		);
		const blind = code === 0 ? unjudged(readFileSync(log, "utf8")) : [];
		if (blind.length === 0) return code;
		throw new UserError(
			`${blind.length} rules could not look, since what they look at is not known before \`up\`: ${blind.join(", ")}. Fix: judge the finished state with npm run policies -- --stack ${options.stack}`,
		);
	} finally {
		rmSync(folder, { recursive: true });
	}
}
