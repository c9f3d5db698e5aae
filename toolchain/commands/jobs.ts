import { ensureEngine } from "../docker-engine.ts";
import { type JobNote, readJobNotes } from "../job-notes.ts";
import { type Job, runJob } from "../job-server.ts";
import { jobTable } from "../job-table.ts";
import { clusterJobNotes } from "../kubernetes/job-notes.ts";
import { runByHand } from "../kubernetes/run-by-hand.ts";
import { onCluster } from "../kubernetes/stack-cluster.ts";
import type { StackOptions } from "../main.ts";
import { describeStack } from "./prepare.ts";

/** `npm run jobs -- list`: when each job runs next, and how it went the last time. */
export async function listJobs(
	options: StackOptions & { readonly json?: boolean },
): Promise<number> {
	const notes = await notesOf(options);
	console.log(options.json ? JSON.stringify(notes, null, 2) : jobTable(notes));
	return 0;
}

async function notesOf(options: StackOptions): Promise<readonly JobNote[]> {
	const { estate } = describeStack(options);
	if (estate.platform === "kubernetes") {
		return onCluster(estate, (cluster) => clusterJobNotes(cluster, estate));
	}
	const { client, env } = await ensureEngine({ install: false });
	return readJobNotes(client, options.stack, env);
}

/** `npm run jobs -- cleanup|mirror`: the job where its schedule runs it, on this terminal. */
export function jobByHand(
	options: StackOptions,
	job: Job,
	args: readonly string[],
): Promise<number> {
	const { estate } = describeStack(options);
	return estate.platform === "kubernetes"
		? runByHand(estate, job, args)
		: runJob(options.stack, job, args);
}
