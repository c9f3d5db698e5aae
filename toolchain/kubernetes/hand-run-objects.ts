import type { Job } from "../job-server.ts";
import { at, listAt, textAt } from "../providers/kubernetes/objects.ts";
import type { PropertyMap, PropertyValue } from "../providers/values.ts";

/** A run by hand that nobody removed goes by itself after this. */
const KEPT_SECONDS = 3_600;

const PROGRAM = "/app/jobs.mjs";

/** What a run by hand has of its own. */
export interface HandRun {
	readonly job: Job;
	/** Of the Job, unlike any other. */
	readonly name: string;
	/** Arguments of the job, e.g. `plan`. */
	readonly args: readonly string[];
	/** Files in place of those that `up` brought: a Secret's name and the paths of its keys. @default - those */
	readonly files?: {
		readonly secret: string;
		readonly paths: Readonly<Record<string, string>>;
	};
}

/**
 * The Job that `kubectl create job --from` would make, with other arguments. It ends with the first exit of
 * its pod, whose status the person who waits is told.
 */
export function handRunJob(cronJob: PropertyMap, run: HandRun): PropertyMap {
	const { job, name, args, files } = run;
	const template = at(cronJob, "spec", "jobTemplate") as PropertyMap;
	const spec = template.spec as PropertyMap;
	const pod = at(spec, "template", "spec") as PropertyMap;
	return {
		apiVersion: "batch/v1",
		kind: "Job",
		metadata: {
			name,
			namespace: textAt(cronJob, "metadata", "namespace") ?? "",
			labels: at(template, "metadata", "labels") ?? {},
			annotations: { "cronjob.kubernetes.io/instantiate": "manual" },
			// Goes with the CronJob, and does not count for its history.
			ownerReferences: [
				{
					apiVersion: "batch/v1",
					kind: "CronJob",
					name: job,
					uid: textAt(cronJob, "metadata", "uid") ?? "",
				},
			],
		},
		spec: {
			...spec,
			backoffLimit: 0,
			ttlSecondsAfterFinished: KEPT_SECONDS,
			template: {
				...(spec.template as PropertyMap),
				spec: {
					...pod,
					containers: listAt(pod, "containers").map((container) => ({
						...container,
						args: argsOf(container, job, args),
					})),
					volumes: listAt(pod, "volumes").map((volume) =>
						files && volume.name === "job-inbox"
							? { ...volume, secret: secretOf(volume, files) }
							: volume,
					),
				},
			},
		},
	};
}

// Flags of Node before the program stay; the job finds its configuration where the stack puts it.
function argsOf(
	{ args: all }: PropertyMap,
	job: Job,
	args: readonly string[],
): readonly PropertyValue[] {
	const before = Array.isArray(all) ? all : [];
	return [...before.slice(0, before.indexOf(PROGRAM) + 1), job, ...args];
}

const secretOf = (
	{ secret }: PropertyMap,
	{ secret: secretName, paths }: NonNullable<HandRun["files"]>,
): PropertyMap => ({
	...(secret as PropertyMap),
	secretName,
	items: Object.entries(paths).map(([key, path]) => ({ key, path })),
});
