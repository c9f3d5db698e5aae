import { podOf } from "../kubernetes/pods.ts";
import type { ResourceRule } from "../rule.ts";

/** One tier that takes all memory or disk of a node takes the others with it. */
export const boundsItsResources: ResourceRule = {
	id: "K-08",
	sentence:
		"every container asks for CPU and memory and has a limit of memory, in jobs of disk too",
	remedy:
		"set requests of cpu and memory and limits.memory; in Jobs and CronJobs limits.ephemeral-storage",
	severity: "medium",
	link: "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
	judge(resource, report) {
		const pod = podOf(resource);
		const isJob = pod?.kind === "Job" || pod?.kind === "CronJob";
		for (const { name, resources } of pod?.containers ?? []) {
			const { requests = {}, limits = {} } = resources ?? {};
			for (const what of ["cpu", "memory"]) {
				if (!requests[what]) report(`container '${name}' requests no ${what}`);
			}
			for (const what of isJob ? ["memory", "ephemeral-storage"] : ["memory"]) {
				if (!limits[what])
					report(`container '${name}' has no limit of ${what}`);
			}
		}
	},
};
