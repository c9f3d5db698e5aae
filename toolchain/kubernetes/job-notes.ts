import { Cron } from "croner";
import type { Estate } from "../../topology/estate.ts";
import { NAME_LABEL_KEY } from "../../topology/kubernetes-labels.ts";
import type { JobNote } from "../job-notes.ts";
import type { Job } from "../job-server.ts";
import {
	condition,
	numberAt,
	textAt,
} from "../providers/kubernetes/objects.ts";
import type { PropertyMap } from "../providers/values.ts";
import { cronJobOf, namespaceOfJob } from "./cron-jobs.ts";
import type { StackCluster } from "./stack-cluster.ts";

/** What a cluster knows of the jobs of a stack, by name: as many runs back as it keeps. */
export async function clusterJobNotes(
	cluster: StackCluster,
	estate: Estate,
): Promise<readonly JobNote[]> {
	const jobs: readonly Job[] = estate.mirroring
		? ["cleanup", "mirror", "promote"]
		: ["cleanup", "promote"];
	return Promise.all(
		jobs.map(async (job) =>
			jobNote(
				await cronJobOf(cluster, estate, job),
				await cluster.api.list(
					{ apiVersion: "batch/v1", kind: "Job" },
					namespaceOfJob(estate, job),
					{ labelSelector: `${NAME_LABEL_KEY}=${job}` },
				),
			),
		),
	);
}

/** A CronJob and the Jobs that are left of it, those by hand too, as a note of a job. */
export function jobNote(
	cronJob: PropertyMap,
	jobs: readonly PropertyMap[],
): JobNote {
	const schedule = textAt(cronJob, "spec", "schedule") ?? "";
	const timeZone = textAt(cronJob, "spec", "timeZone") ?? "UTC";
	const spec = cronJob.spec as PropertyMap;
	const next = new Cron(schedule, { timezone: timeZone }).nextRun();
	const byStart = [...jobs].sort((a, b) =>
		startOf(b).localeCompare(startOf(a)),
	);
	const active = byStart.find((job) => numberAt(job, "status", "active") > 0);
	const last = byStart.find((job) => endOf(job) !== undefined);
	return {
		job: textAt(cronJob, "metadata", "name") ?? "",
		schedule,
		timeZone,
		nextAt: spec.suspend === true || !next ? null : next.toISOString(),
		running: active !== undefined,
		...(active && { startedAt: startOf(active) }),
		...(last && { lastRun: runOf(last) }),
	};
}

function runOf(job: PropertyMap): NonNullable<JobNote["lastRun"]> {
	const failed = condition(job, "Failed");
	const isFailed = failed?.status === "True";
	return {
		startedAt: startOf(job),
		endedAt: textAt(endOf(job), "lastTransitionTime") ?? "",
		exitStatus: isFailed ? 1 : 0,
		...(isFailed && {
			error: `${textAt(job, "metadata", "name")}: ${textAt(failed, "message")}`,
		}),
	};
}

const startOf = (job: PropertyMap) => textAt(job, "status", "startTime") ?? "";

const endOf = (job: PropertyMap) =>
	["Complete", "Failed"]
		.map((type) => condition(job, type))
		.find((found) => found?.status === "True");
