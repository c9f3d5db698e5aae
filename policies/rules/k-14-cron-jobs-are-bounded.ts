import { kindOf } from "../kubernetes/objects.ts";
import type { ResourceRule } from "../rule.ts";

interface CronJobSpec {
	readonly concurrencyPolicy?: string;
	readonly startingDeadlineSeconds?: number;
	readonly timeZone?: string;
	readonly jobTemplate?: {
		readonly spec?: {
			readonly activeDeadlineSeconds?: number;
			readonly backoffLimit?: number;
			readonly ttlSecondsAfterFinished?: number;
		};
	};
}

/** Kubernetes' longest name of a CronJob: it appends 11 characters to name the Job. */
const LONGEST_NAME = 52;
const MOST_RETRIES = 3;
// Below it a CronJob misses its time whenever the controller is restarted.
const SHORTEST_STARTING_DEADLINE_SECONDS = 60;

/** Without these bounds runs pile up, or a hundred missed ones stop the schedule for good. */
export const cronJobsAreBounded: ResourceRule = {
	id: "K-14",
	sentence:
		"a CronJob runs once at a time, in a time zone that is set, within deadlines, and clears up after itself",
	remedy:
		"set concurrencyPolicy: Forbid, timeZone, startingDeadlineSeconds, and in the Job activeDeadlineSeconds, backoffLimit up to 3 and ttlSecondsAfterFinished",
	severity: "medium",
	link: "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/",
	judge(resource, report) {
		if (kindOf(resource) !== "CronJob") return;
		const spec = (resource.props.spec ?? {}) as CronJobSpec;
		const job = spec.jobTemplate?.spec ?? {};
		const { concurrencyPolicy = "unset", startingDeadlineSeconds = 0 } = spec;
		if (concurrencyPolicy !== "Forbid")
			report(`concurrencyPolicy is ${concurrencyPolicy}`);
		if (startingDeadlineSeconds < SHORTEST_STARTING_DEADLINE_SECONDS)
			report(
				`startingDeadlineSeconds is ${startingDeadlineSeconds || "unset"}`,
			);
		if (!spec.timeZone) report("timeZone is unset");
		if (!job.activeDeadlineSeconds) report("activeDeadlineSeconds is unset");
		if (job.backoffLimit === undefined || job.backoffLimit > MOST_RETRIES)
			report(`backoffLimit is ${job.backoffLimit ?? "unset"}`);
		if (job.ttlSecondsAfterFinished === undefined)
			report("ttlSecondsAfterFinished is unset");
		const { name = "" } = (resource.props.metadata ?? {}) as { name?: string };
		if (name.length > LONGEST_NAME)
			report(
				`its name has ${name.length} characters, ${LONGEST_NAME} are allowed`,
			);
	},
};
