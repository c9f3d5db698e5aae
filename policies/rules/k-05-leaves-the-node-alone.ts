import { podOf } from "../kubernetes/pods.ts";
import type { ResourceRule } from "../rule.ts";

/** Whoever shares the node's network, processes or files is no longer kept apart from other tiers. */
export const leavesTheNodeAlone: ResourceRule = {
	id: "K-05",
	sentence: "no pod uses the network, processes, files or ports of its node",
	remedy:
		"use a Service instead of a host port, and a claim or an emptyDir instead of a host path",
	severity: "critical",
	link: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",
	judge(resource, report) {
		const pod = podOf(resource);
		if (!pod) return;
		for (const field of ["hostNetwork", "hostPID", "hostIPC"] as const) {
			if (pod.spec[field] === true) report(`the pod has ${field}`);
		}
		for (const { name, hostPath } of pod.spec.volumes ?? []) {
			if (hostPath !== undefined) report(`volume '${name}' is a host path`);
		}
		for (const { name, ports = [] } of pod.containers) {
			for (const { hostPort } of ports) {
				if (hostPort)
					report(`container '${name}' has the host port ${hostPort}`);
			}
		}
	},
};
