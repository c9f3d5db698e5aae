import { expect, test } from "vitest";
import { handRunJob } from "../../../toolchain/kubernetes/hand-run-objects.ts";
import type { PropertyMap } from "../../../toolchain/providers/values.ts";

const LABELS = { "registry-tiers/job.promoter": "member" };
const inbox = (secret: PropertyMap) => ({ name: "job-inbox", secret });
const CONFIG = { name: "job-config", projected: {} };

const cronJob = {
	metadata: { name: "promote", namespace: "k8s-promoter", uid: "u-1" },
	spec: {
		schedule: "*/5 * * * *",
		jobTemplate: {
			metadata: { labels: { a: "b" } },
			spec: {
				backoffLimit: 2,
				activeDeadlineSeconds: 21_600,
				template: {
					metadata: { labels: LABELS },
					spec: {
						restartPolicy: "Never",
						containers: [
							{
								name: "job",
								image: "services@sha256:1",
								args: [
									"--max-old-space-size=128",
									"/app/jobs.mjs",
									"promote",
									"run",
								],
							},
						],
						volumes: [
							CONFIG,
							inbox({
								secretName: "promote-inbox",
								defaultMode: 288,
								items: [],
							}),
						],
					},
				},
			},
		},
	},
};

test("a run by hand is a Job of the schedule's pod with other arguments, which fails at once", () => {
	const run = { job: "promote", name: "promote-by-hand-1" } as const;
	const job = handRunJob(cronJob, { ...run, args: ["plan", "--json"] });
	expect(job).toEqual({
		apiVersion: "batch/v1",
		kind: "Job",
		metadata: {
			name: "promote-by-hand-1",
			namespace: "k8s-promoter",
			labels: { a: "b" },
			annotations: { "cronjob.kubernetes.io/instantiate": "manual" },
			ownerReferences: [
				{
					apiVersion: "batch/v1",
					kind: "CronJob",
					name: "promote",
					uid: "u-1",
				},
			],
		},
		spec: {
			backoffLimit: 0,
			activeDeadlineSeconds: 21_600,
			ttlSecondsAfterFinished: 3_600,
			template: {
				metadata: { labels: LABELS },
				spec: {
					restartPolicy: "Never",
					containers: [
						{
							name: "job",
							image: "services@sha256:1",
							args: [
								"--max-old-space-size=128",
								"/app/jobs.mjs",
								"promote",
								"plan",
								"--json",
							],
						},
					],
					volumes: [
						CONFIG,
						inbox({ secretName: "promote-inbox", defaultMode: 288, items: [] }),
					],
				},
			},
		},
	});
});

test("files of this machine take the place of those that up brought, as readable as these", () => {
	const job = handRunJob(cronJob, {
		job: "promote",
		name: "promote-by-hand-1",
		args: ["run"],
		files: { secret: "mine", paths: { "file-0": "team/a.yaml" } },
	});
	expect(job).toHaveProperty("spec.template.spec.volumes", [
		CONFIG,
		inbox({
			secretName: "mine",
			defaultMode: 288,
			items: [{ key: "file-0", path: "team/a.yaml" }],
		}),
	]);
});
