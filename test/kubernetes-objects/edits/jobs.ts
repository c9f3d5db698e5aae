import type { Edit } from "../edit.ts";

const JOB = ["spec", "jobTemplate", "spec"] as const;

/** Schedules and restarts. */
export const JOB_EDITS: readonly Edit[] = [
	{
		kind: "CronJob",
		at: ["spec", "schedule"],
		to: "every 5m",
		problem: "spec.schedule 'every 5m' is no schedule of five fields",
	},
	{
		kind: "CronJob",
		at: ["spec", "timeZone"],
		to: "+01:00",
		problem: "spec.timeZone '+01:00' is no IANA time zone",
	},
	{
		kind: "CronJob",
		at: [...JOB, "template", "spec", "restartPolicy"],
		to: "OnFailure",
		problem:
			"spec.jobTemplate.spec.template.spec.restartPolicy is OnFailure, expected Never beside a podFailurePolicy",
	},
	{
		kind: "CronJob",
		at: [...JOB, "template", "spec", "restartPolicy"],
		problem:
			"spec.jobTemplate.spec.template.spec.restartPolicy is missing, expected Never beside a podFailurePolicy",
	},
	{
		kind: "Deployment",
		at: ["spec", "template", "spec", "restartPolicy"],
		to: "Never",
		problem: "spec.template.spec.restartPolicy is Never, expected Always",
	},
];
