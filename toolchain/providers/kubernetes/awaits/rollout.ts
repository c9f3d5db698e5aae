import type { PropertyMap } from "../../values.ts";
import { condition, numberAt, textAt } from "../objects.ts";
import { failed, READY, type Verdict, waiting } from "./verdict.ts";

// The rules are those of `kubectl rollout status`:
// https://github.com/kubernetes/kubectl/blob/v0.34.4/pkg/polymorphichelpers/rollout_status.go

/** A Deployment is ready when all its pods are of the new template and available, and none of the old is left. */
export function judgeDeployment(deployment: PropertyMap): Verdict {
	if (!isObserved(deployment)) return NOT_OBSERVED;
	const progressing = condition(deployment, "Progressing");
	if (progressing?.reason === "ProgressDeadlineExceeded")
		return failed(String(progressing.message));
	const wanted = wantedReplicas(deployment);
	const status = statusNumbers(deployment);
	if (status("updatedReplicas") < wanted)
		return waiting(
			`${status("updatedReplicas")} of ${wanted} pods have the new template${refusal(deployment)}`,
		);
	if (status("replicas") > status("updatedReplicas"))
		return waiting(
			`${status("replicas") - status("updatedReplicas")} old pods are still to end`,
		);
	return status("availableReplicas") < wanted
		? waiting(`${status("availableReplicas")} of ${wanted} pods are available`)
		: READY;
}

/** A StatefulSet is ready when all its pods are of the new template and available; with `OnDelete`, of any. */
export function judgeStatefulSet(statefulSet: PropertyMap): Verdict {
	if (!isObserved(statefulSet)) return NOT_OBSERVED;
	const wanted = wantedReplicas(statefulSet);
	const status = statusNumbers(statefulSet);
	if (status("availableReplicas") < wanted || status("replicas") < wanted)
		return waiting(
			`${status("availableReplicas")} of ${wanted} pods are available`,
		);
	if (textAt(statefulSet, "spec", "updateStrategy", "type") === "OnDelete")
		return READY;
	const kept = numberAt(
		statefulSet,
		...["spec", "updateStrategy", "rollingUpdate", "partition"],
	);
	const updated = Math.max(wanted - kept, 0);
	return status("updatedReplicas") < updated
		? waiting(
				`${status("updatedReplicas")} of ${updated} pods have the new template`,
			)
		: READY;
}

/** A DaemonSet is ready when each node it is for has an available pod of the new template. */
export function judgeDaemonSet(daemonSet: PropertyMap): Verdict {
	if (!isObserved(daemonSet)) return NOT_OBSERVED;
	const status = statusNumbers(daemonSet);
	const wanted = status("desiredNumberScheduled");
	if (
		textAt(daemonSet, "spec", "updateStrategy", "type") !== "OnDelete" &&
		status("updatedNumberScheduled") < wanted
	)
		return waiting(
			`${status("updatedNumberScheduled")} of ${wanted} pods have the new template`,
		);
	return status("numberAvailable") < wanted
		? waiting(`${status("numberAvailable")} of ${wanted} pods are available`)
		: READY;
}

const NOT_OBSERVED = waiting("its controller has not looked at it yet");

function isObserved(object: PropertyMap): boolean {
	return (
		numberAt(object, "status", "observedGeneration") >=
		numberAt(object, "metadata", "generation")
	);
}

// The API server fills in 1 where a program is silent.
const wantedReplicas = (object: PropertyMap) =>
	numberAt(object, "spec", "replicas");

const statusNumbers = (object: PropertyMap) => (name: string) =>
	numberAt(object, "status", name);

// Pods that the API server does not admit, by Pod Security or a quota, are named here and nowhere else.
function refusal(deployment: PropertyMap): string {
	const refused = condition(deployment, "ReplicaFailure");
	return refused?.status === "True" ? `: ${refused.message}` : "";
}
