import type { Estate } from "../../topology/estate.ts";
import { namespaceNamed, spaceOfJob } from "../../topology/hosts.ts";
import { PROMOTER_JOB } from "../../topology/names.ts";
import type { Job } from "../job-server.ts";
import { UserError } from "../process.ts";
import { ifFound } from "../providers/kubernetes/api-error.ts";
import type { PropertyMap } from "../providers/values.ts";
import type { StackCluster } from "./stack-cluster.ts";

/** The namespace of a job's CronJob, which has the job's name. */
export const namespaceOfJob = ({ stack }: Estate, job: Job) =>
	namespaceNamed(stack, spaceOfJob(job === "promote" ? PROMOTER_JOB : job));

/**
 * The CronJob of a job.
 *
 * @throws {UserError} when the stack is not up
 */
export async function cronJobOf(
	{ api }: StackCluster,
	estate: Estate,
	job: Job,
): Promise<PropertyMap> {
	const found = await ifFound(
		api.get({
			apiVersion: "batch/v1",
			kind: "CronJob",
			namespace: namespaceOfJob(estate, job),
			name: job,
		}),
	);
	if (found) return found;
	const { stack } = estate;
	throw new UserError(
		`the stack '${stack}' has no job '${job}' on its cluster. Fix: npm run up -- --stack ${stack}`,
	);
}
