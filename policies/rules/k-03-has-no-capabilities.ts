import { podOf } from "../kubernetes/pods.ts";
import type { ResourceRule } from "../rule.ts";

const HARMLESS = ["NET_BIND_SERVICE"];

/** Capabilities are root's powers one by one; nothing of the estate needs any. */
export const hasNoCapabilities: ResourceRule = {
	id: "K-03",
	sentence:
		"every container drops all capabilities and adds none but NET_BIND_SERVICE",
	remedy:
		"set capabilities: { drop: [ALL] }, and listen on a port from 1024 on",
	severity: "high",
	link: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",
	judge(resource, report) {
		for (const { name, securityContext } of podOf(resource)?.containers ?? []) {
			const { drop = [], add = [] } = securityContext?.capabilities ?? {};
			if (!drop.includes("ALL"))
				report(
					`container '${name}' drops ${drop.join(", ") || "no capability"}`,
				);
			for (const capability of add) {
				if (!HARMLESS.includes(capability))
					report(`container '${name}' adds ${capability}`);
			}
		}
	},
};
