import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Estate } from "../../topology/estate.ts";
import type { Job } from "../job-server.ts";
import { UserError } from "../process.ts";
import { ifFound } from "../providers/kubernetes/api-error.ts";
import { podProblems } from "../providers/kubernetes/awaits/pods.ts";
import {
	at,
	listAt,
	numberAt,
	textAt,
} from "../providers/kubernetes/objects.ts";
import type { PropertyMap } from "../providers/values.ts";
import { cronJobOf, namespaceOfJob } from "./cron-jobs.ts";
import { followLog, isLogLine } from "./follow-log.ts";
import { type HandRun, handRunJob } from "./hand-run-objects.ts";
import { onCluster, type StackCluster } from "./stack-cluster.ts";
import { withInterrupt } from "./with-interrupt.ts";

const JOB = { apiVersion: "batch/v1", kind: "Job" };
const POD = { apiVersion: "v1", kind: "Pod" };
const SECRET = { apiVersion: "v1", kind: "Secret" };
const MANNER = { fieldManager: "registry-tiers-run", dryRun: false };

const START_SECONDS = 180;
const END_SECONDS = 60;
const POLL_MS = 300;

/**
 * Runs a job of a stack on a cluster by hand: a Job like those of its schedule, with these arguments. What it
 * prints comes to this terminal, its log lines as errors. The Job is gone afterwards, also after an interrupt.
 *
 * @param files in place of those that `up` brought, by path. @default - those
 * @returns the job's exit code
 */
export function runByHand(
	estate: Estate,
	job: Job,
	args: readonly string[],
	files?: Readonly<Record<string, string>>,
): Promise<number> {
	return onCluster(estate, async (cluster) => {
		const { api, spec } = cluster;
		const cronJob = await cronJobOf(cluster, estate, job);
		const namespace = namespaceOfJob(estate, job);
		const name = `${job}-by-hand-${randomBytes(3).toString("hex")}`;
		return withInterrupt(
			async () => {
				await api.create(
					handRunJob(cronJob, {
						job,
						name,
						args,
						...(files && {
							files: await bring(cluster, namespace, name, files),
						}),
					}),
					MANNER,
				);
				const pod = await started(cluster, namespace, name);
				await followLog(
					spec,
					{ namespace, pod, container: "job" },
					(line) =>
						void (isLogLine(line) ? process.stderr : process.stdout).write(
							`${line}\n`,
						),
				);
				return exitCode(cluster, namespace, pod);
			},
			async () => {
				await ifFound(api.delete({ ...JOB, namespace, name }, "Background"));
				if (files)
					await ifFound(
						api.delete({ ...SECRET, namespace, name }, "Background"),
					);
			},
		);
	});
}

/** Keys of a Secret have no slashes, so that paths are said beside. */
async function bring(
	{ api }: StackCluster,
	namespace: string,
	name: string,
	files: Readonly<Record<string, string>>,
): Promise<NonNullable<HandRun["files"]>> {
	const entries = Object.entries(files);
	await api.create(
		{
			...SECRET,
			metadata: { name, namespace },
			stringData: Object.fromEntries(
				entries.map(([, text], i) => [`file-${i}`, text]),
			),
		},
		MANNER,
	);
	return {
		secret: name,
		paths: Object.fromEntries(entries.map(([path], i) => [`file-${i}`, path])),
	};
}

/** The name of the Job's pod, once it runs or has ended. */
async function started(
	cluster: StackCluster,
	namespace: string,
	name: string,
): Promise<string> {
	const deadline = Date.now() + START_SECONDS * 1_000;
	for (;;) {
		const [pod] = await cluster.api.list(POD, namespace, {
			labelSelector: `batch.kubernetes.io/job-name=${name}`,
		});
		if (
			pod &&
			/Running|Succeeded|Failed/.test(textAt(pod, "status", "phase") ?? "")
		) {
			return textAt(pod, "metadata", "name") ?? "";
		}
		if (Date.now() > deadline) {
			const why = pod ? podProblems([pod]).join("; ") : "it has no pod";
			throw new UserError(
				`the job does not start within ${START_SECONDS} s: ${why}. Fix: mend that, and run it again`,
			);
		}
		await sleep(POLL_MS);
	}
}

/** What the pod's program ended with; its log may end a moment before. */
async function exitCode(
	{ api }: StackCluster,
	namespace: string,
	name: string,
): Promise<number> {
	const deadline = Date.now() + END_SECONDS * 1_000;
	for (;;) {
		const pod = await ifFound(api.get({ ...POD, namespace, name }));
		const ended = endOf(pod);
		if (ended) return numberAt(ended, "exitCode");
		if (!pod || Date.now() > deadline) {
			throw new UserError(
				`the job's pod ${namespace}/${name} went before it ended, or its log broke off. Fix: run it again, which does nothing twice`,
			);
		}
		await sleep(POLL_MS);
	}
}

function endOf(pod: PropertyMap | undefined) {
	const [status] = listAt(pod, "status", "containerStatuses");
	return at(status, "state", "terminated");
}
