import { kindOf } from "../kubernetes/objects.ts";
import { podOf } from "../kubernetes/pods.ts";
import type { ResourceRule } from "../rule.ts";

/** Annotation of a pod that asks the cluster's API, with the reason. */
const DECLARED = "registry-tiers/asks-the-api";

/** A token that every pod carries is a way from any of them into the cluster's API. */
export const hasNoApiToken: ResourceRule = {
	id: "K-09",
	sentence:
		"no pod carries a token for the cluster's API, and each has a ServiceAccount of its own",
	remedy:
		"set automountServiceAccountToken: false and name a serviceAccountName; of a pod that needs the API, say why in the annotation registry-tiers/asks-the-api",
	severity: "high",
	link: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting",
	judge(resource, report) {
		if (kindOf(resource) === "ServiceAccount") {
			if (resource.props.automountServiceAccountToken !== false)
				report("the ServiceAccount does not opt out of mounting its token");
			return;
		}
		const pod = podOf(resource);
		if (!pod) return;
		const declared = (pod.annotations[DECLARED] ?? "") !== "";
		if (pod.spec.automountServiceAccountToken !== false && !declared)
			report("the pod does not opt out of mounting a token");
		const account = pod.spec.serviceAccountName ?? "default";
		if (account === "default")
			report("the pod runs as the ServiceAccount 'default'");
	},
};
