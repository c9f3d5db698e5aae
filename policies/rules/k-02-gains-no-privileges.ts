import { podOf } from "../kubernetes/pods.ts";
import type { ResourceRule } from "../rule.ts";

/** A setuid program in an image would give back what the container has given up. */
export const gainsNoPrivileges: ResourceRule = {
	id: "K-02",
	sentence: "no container is privileged or can become so",
	remedy: "set allowPrivilegeEscalation: false and leave privileged out",
	severity: "critical",
	link: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",
	judge(resource, report) {
		for (const { name, securityContext = {} } of podOf(resource)?.containers ??
			[]) {
			const { privileged, allowPrivilegeEscalation } = securityContext;
			if (privileged === true) report(`container '${name}' is privileged`);
			if (allowPrivilegeEscalation !== false)
				report(
					`container '${name}' has allowPrivilegeEscalation ${allowPrivilegeEscalation ?? "unset"}`,
				);
		}
	},
};
