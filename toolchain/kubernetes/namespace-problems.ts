import type { Problem } from "../../stacks/config/problem.ts";
import type { ClusterNeeds } from "./cluster-needs.ts";
import type { Namespace } from "./cluster-objects.ts";
import { clusterProblem, kubectlFor } from "./cluster-problem.ts";

/** Label of every namespace of a stack; its value is the stack's name. */
export const STACK_LABEL = "registry-tiers/stack";

/** Namespaces of the stack's names that are somebody else's, or about to go. */
export function namespaceProblems(
	{ stack, cluster }: ClusterNeeds,
	namespaces: readonly Namespace[],
): readonly Problem[] {
	return namespaces.flatMap(({ metadata: { name, labels = {} }, status }) => {
		const owner = labels[STACK_LABEL];
		if (owner !== stack)
			return clusterProblem("context", {
				wrong: `the namespace ${name} is there already, and not this stack's`,
				got: owner === undefined ? "no owner" : `${STACK_LABEL}=${owner}`,
				expected: `${STACK_LABEL}=${stack}, or no such namespace`,
				fix: "give the stack another name, or choose another context",
			});
		if (status?.phase === "Terminating")
			return clusterProblem("context", {
				wrong: `the namespace ${name} is being removed`,
				got: "Terminating",
				expected: "it gone or active",
				fix: `wait for its end with '${kubectlFor(cluster)} wait --for=delete namespace/${name}'`,
			});
		return [];
	});
}
