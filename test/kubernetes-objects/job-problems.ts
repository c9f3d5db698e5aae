import type { V1CronJob, V1JobSpec } from "@kubernetes/client-node";
import { Cron } from "croner";
import { type KubernetesObject, named } from "./object.ts";

/** What the API server refuses in the restarts and schedules of workloads. */
export function jobProblems(object: KubernetesObject): readonly string[] {
	return problems(object).map((problem) => `${named(object)}: ${problem}`);
}

function problems(object: KubernetesObject): readonly string[] {
	switch (object.kind) {
		case "Deployment":
		case "StatefulSet": {
			const { template } = object.spec as V1JobSpec;
			const policy = template.spec?.restartPolicy ?? "Always";
			return policy === "Always"
				? []
				: [`spec.template.spec.restartPolicy is ${policy}, expected Always`];
		}
		case "Job":
			return restarts(object.spec as V1JobSpec, "spec");
		case "CronJob": {
			const { schedule, timeZone, jobTemplate } = object.spec as NonNullable<
				V1CronJob["spec"]
			>;
			return [
				...(isSchedule(schedule)
					? []
					: [`spec.schedule '${schedule}' is no schedule of five fields`]),
				...(timeZone === undefined || isTimeZone(timeZone)
					? []
					: [`spec.timeZone '${timeZone}' is no IANA time zone`]),
				...restarts(jobTemplate.spec as V1JobSpec, "spec.jobTemplate.spec"),
			];
		}
		default:
			return [];
	}
}

function restarts(
	{ template, podFailurePolicy }: V1JobSpec,
	path: string,
): readonly string[] {
	const policy = template.spec?.restartPolicy;
	const wanted = podFailurePolicy ? ["Never"] : ["Never", "OnFailure"];
	if (policy !== undefined && wanted.includes(policy)) return [];
	const why = podFailurePolicy ? " beside a podFailurePolicy" : "";
	return [
		`${path}.template.spec.restartPolicy is ${policy ?? "missing"}, expected ${wanted.join(" or ")}${why}`,
	];
}

function isSchedule(schedule: string): boolean {
	try {
		new Cron(schedule, { paused: true, mode: "5-part" });
		return true;
	} catch {
		return false;
	}
}

// Offsets such as +01:00 are taken by Intl but by no CronJob.
function isTimeZone(name: string): boolean {
	try {
		new Intl.DateTimeFormat("en", { timeZone: name });
		return /^[A-Za-z]/.test(name);
	} catch {
		return false;
	}
}
