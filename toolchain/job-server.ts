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

/** The container of a job that runs. */
export interface JobServer {
	readonly container: string;
	/** How the docker command finds its engine. */
	readonly env: Readonly<Record<string, string>>;
}

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
	return runJobIn(await jobServer(stack, job), job, args);
}

/**
 * The container a job runs in.
 *
 * @throws {UserError} when it does not run
 */
export async function jobServer(stack: string, job: Job): Promise<JobServer> {
	const { client, env } = await ensureEngine({ install: false });
	const { Id } = await runningContainer(client, stack, JOB_SERVERS[job]);
	return { env, container: Id };
}

/** Runs a job in its container, on this terminal. */
export function runJobIn(
	{ env, container }: JobServer,
	job: Job,
	args: readonly string[],
): Promise<number> {
	const terminal = process.stdin.isTTY && process.stdout.isTTY ? ["-it"] : [];
	return runAttached(
		"docker",
		["exec", ...terminal, container, "node", "/app/jobs.mjs", job, ...args],
		{ env },
	);
}
