import { podOf } from "../kubernetes/pods.ts";
import type { ResourceRule } from "../rule.ts";

/** A process that leaves its container as root is root on the node. */
export const runsAsAUser: ResourceRule = {
	id: "K-01",
	sentence: "no container runs as root",
	remedy:
		"set runAsNonRoot: true and a runAsUser other than 0 in the securityContext of the pod",
	severity: "high",
	link: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",
	judge(resource, report) {
		const pod = podOf(resource);
		for (const { name, securityContext } of pod?.containers ?? []) {
			// A container's own setting replaces the pod's.
			const { runAsNonRoot, runAsUser } = {
				...pod?.spec.securityContext,
				...securityContext,
			};
			if (runAsNonRoot !== true)
				report(
					`container '${name}' has runAsNonRoot ${runAsNonRoot ?? "unset"}`,
				);
			if (runAsUser === undefined || runAsUser === 0)
				report(`container '${name}' has runAsUser ${runAsUser ?? "unset"}`);
		}
	},
};
