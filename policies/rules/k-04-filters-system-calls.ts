import { podOf } from "../kubernetes/pods.ts";
import type { ResourceRule } from "../rule.ts";

const FILTERS = ["RuntimeDefault", "Localhost"];

/** Most ways out of a container go through system calls that no server makes. */
export const filtersSystemCalls: ResourceRule = {
	id: "K-04",
	sentence: "every container runs under a seccomp profile",
	remedy:
		"set seccompProfile: { type: RuntimeDefault } in the securityContext of the pod",
	severity: "medium",
	link: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",
	judge(resource, report) {
		const pod = podOf(resource);
		for (const { name, securityContext } of pod?.containers ?? []) {
			const { type = "unset" } =
				securityContext?.seccompProfile ??
				pod?.spec.securityContext?.seccompProfile ??
				{};
			if (!FILTERS.includes(type))
				report(`container '${name}' has the seccomp profile ${type}`);
		}
	},
};
