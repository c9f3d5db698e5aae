import { podOf, type Volume } from "../kubernetes/pods.ts";
import type { ResourceRule } from "../rule.ts";

/** An intruder who can write no file cannot bring programs along, or change what the server runs. */
export const writesVolumesOnly: ResourceRule = {
	id: "K-06",
	sentence: "a container writes nothing but claims and empty directories",
	remedy:
		"set readOnlyRootFilesystem: true, mount an emptyDir where it must write, and everything else readOnly",
	severity: "medium",
	link: "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
	judge(resource, report) {
		const pod = podOf(resource);
		if (!pod) return;
		const writable = new Set([
			...(pod.spec.volumes ?? []).filter(holdsData).map(({ name }) => name),
			...pod.claimTemplates.map(({ metadata }) => metadata?.name),
		]);
		for (const { name, securityContext, volumeMounts = [] } of pod.containers) {
			if (securityContext?.readOnlyRootFilesystem !== true)
				report(`container '${name}' can write its root file system`);
			for (const mount of volumeMounts) {
				if (mount.readOnly !== true && !writable.has(mount.name))
					report(`container '${name}' mounts '${mount.name}' writable`);
			}
		}
	},
};

const holdsData = ({ emptyDir, persistentVolumeClaim }: Volume) =>
	emptyDir !== undefined || persistentVolumeClaim !== undefined;
