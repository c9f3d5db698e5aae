import type { types } from "@pulumi/kubernetes";
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import {
	memberLabel,
	NAME_LABEL_KEY,
	stackLabels,
} from "../../../topology/kubernetes-labels.ts";
import type { ScheduleArgs, ScheduledRun } from "../platform.ts";
import { claimVolumes, containerFiles } from "./files.ts";
import { memberPolicy, networkPolicy } from "./network-policy.ts";
import {
	CONTAINER_SECURITY,
	environment,
	POD_SECURITY,
	resources,
} from "./pod.ts";
import type { WorkloadContext } from "./workload.ts";

/** Names of Jobs have a time behind them. */
const LONGEST_NAME = 52;
/** A run that could not start for so long is left out; the next one does its work. */
const START_WITHIN_SECONDS = 300;
/** Exit status with which a job says that another try would end alike, see services/jobs/exit-status.ts. */
const NOT_WORTH_A_RETRY = 2;
/** And that it was told to stop, which is no failure of its own. */
const STOPPED = 143;
const RETRIES = 2;
const HISTORY = 3;
const FORGET_AFTER_SECONDS = 7 * 24 * 3600;
/** Logs and scratch space; a job that fills more would take the node's disk from others. */
const DISK = "256Mi";

/** A CronJob of one run. It is named after what it does, in a namespace of its own or of its kind. */
export function cronJob(
	name: string,
	run: ScheduledRun,
	args: ScheduleArgs,
	namespace: pulumi.Output<string>,
	{ estate, kubernetes: spec }: WorkloadContext,
	parent: pulumi.Resource,
): kubernetes.batch.v1.CronJob {
	if (run.name.length > LONGEST_NAME) {
		throw new Error(
			`the name of job '${run.name}' is longer than ${LONGEST_NAME}`,
		);
	}
	const selector = { [NAME_LABEL_KEY]: run.name };
	const labels = { ...stackLabels(estate.stack), ...selector };
	const metadata = { name: run.name, namespace, labels };
	const account = new kubernetes.core.v1.ServiceAccount(
		`${name}-account`,
		{
			metadata: { ...metadata, name: accountName(run) },
			automountServiceAccountToken: false,
		},
		{ parent },
	);
	const policy = networkPolicy(
		name,
		metadata,
		selector,
		memberPolicy(estate, [run.member], []),
		parent,
	);
	const files = containerFiles(
		name,
		{
			container: "job",
			program: args,
			credentials: run.credentials,
			metadata: { namespace, labels },
			inbox: `${run.name}-inbox`,
		},
		parent,
	);
	return new kubernetes.batch.v1.CronJob(
		name,
		{
			metadata,
			spec: {
				schedule: run.schedule,
				timeZone: run.timeZone,
				concurrencyPolicy: "Forbid",
				startingDeadlineSeconds: START_WITHIN_SECONDS,
				successfulJobsHistoryLimit: HISTORY,
				failedJobsHistoryLimit: HISTORY,
				jobTemplate: {
					metadata: { labels },
					spec: {
						activeDeadlineSeconds: run.deadlineSeconds,
						backoffLimit: RETRIES,
						ttlSecondsAfterFinished: FORGET_AFTER_SECONDS,
						podFailurePolicy: FAILURE_POLICY,
						template: {
							metadata: { labels: { ...labels, ...memberLabel(run.member) } },
							spec: pod(),
						},
					},
				},
			},
		},
		{ parent, dependsOn: [policy, ...files.resources] },
	);

	function pod(): types.input.core.v1.PodSpec {
		return {
			serviceAccountName: account.metadata.name,
			automountServiceAccountToken: false,
			enableServiceLinks: false,
			restartPolicy: "Never",
			securityContext: POD_SECURITY,
			terminationGracePeriodSeconds: args.stopSeconds + 10,
			...(spec.imagePullSecret && {
				imagePullSecrets: [{ name: spec.imagePullSecret }],
			}),
			containers: [
				{
					name: "job",
					image: args.image.reference,
					imagePullPolicy: "IfNotPresent",
					command: [...args.entrypoint],
					args: [...run.args],
					...environment(args),
					resources: jobResources(args),
					securityContext: CONTAINER_SECURITY,
					volumeMounts: [...files.mounts],
				},
			],
			volumes: [...files.volumes, ...claimVolumes([args])],
		};
	}
}

const jobResources = (args: ScheduleArgs) => {
	const { requests, limits } = resources(args);
	return { requests, limits: { ...limits, "ephemeral-storage": DISK } };
};

// An evicted pod is no failure of the job; a configuration that is wrong stays wrong.
const FAILURE_POLICY: types.input.batch.v1.PodFailurePolicy = {
	rules: [
		{
			action: "Ignore",
			onPodConditions: [{ type: "DisruptionTarget", status: "True" }],
		},
		{
			action: "Ignore",
			onExitCodes: {
				containerName: "job",
				operator: "In",
				values: [STOPPED],
			},
		},
		{
			action: "FailJob",
			onExitCodes: {
				containerName: "job",
				operator: "In",
				values: [NOT_WORTH_A_RETRY],
			},
		},
	],
};

// Registries know a job by the name of its account.
function accountName({ name, credentials }: ScheduledRun): string {
	const names = Object.values(credentials).flatMap((credential) =>
		credential.kind === "token" ? [credential.account.name] : [],
	);
	const [first = name, ...others] = [...new Set(names)];
	if (others.length > 0) {
		throw new Error(`the job '${name}' would need several accounts`);
	}
	return first;
}
