import { JOBS, PROMOTER_JOB } from "../topology/names.ts";
import { ensureEngine } from "./docker-engine.ts";
import { runAttached } from "./process.ts";
import { runningContainer } from "./stack-containers.ts";

/** Where each job runs: beside its schedule, the only place that reaches its registries. */
export const JOB_SERVERS = {
	promote: `${PROMOTER_JOB}-server`,
	cleanup: `${JOBS}-server`,
	mirror: `${JOBS}-server`,
} as const;
export type Job = keyof typeof JOB_SERVERS;

/**
 * Runs a job by hand, on this terminal.
 *
 * @param args arguments of the job, e.g. `plan`
 * @returns the job's exit code
 */
export async function runJob(
	stack: string,
	job: Job,
	args: readonly string[],
): Promise<number> {
	const { client, env } = await ensureEngine({ install: false });
	const { Id } = await runningContainer(client, stack, JOB_SERVERS[job]);
	const terminal = process.stdin.isTTY && process.stdout.isTTY ? ["-it"] : [];
	return runAttached(
		"docker",
		["exec", ...terminal, Id, "node", "/app/jobs.mjs", job, ...args],
		{ env },
	);
}
