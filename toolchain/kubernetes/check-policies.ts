import type { Problem } from "../../stacks/config/problem.ts";
import { ifFound, isForbidden } from "../providers/kubernetes/api-error.ts";
import { textAt } from "../providers/kubernetes/objects.ts";
import type { Send } from "../providers/kubernetes/request.ts";
import { clusterProblem } from "./cluster-problem.ts";
import { enforcedLately, rememberEnforced } from "./enforced-policies.ts";
import { type ProbeOutcome, probePolicies } from "./policy-probe.ts";
import { PROBE_POLICIES } from "./probe-objects.ts";
import { type ClusterAddress, withCluster } from "./with-cluster.ts";

export interface PolicyCheck {
	readonly cluster: ClusterAddress;
	/** An image with `node` that the cluster has or can pull, by digest. */
	readonly image: string;
	/** Specs of the probe's policies. @default - two, each forbidding what the other lets through */
	readonly policies?: typeof PROBE_POLICIES;
}

const REQUEST_SECONDS = 10;

/**
 * Whether the cluster enforces NetworkPolicies, tried with two pods; some network plugins take policies and do
 * nothing. Takes about 5 s, at most half a minute; a cluster that does enforce them is believed for a day.
 */
export const checkPolicies = ({
	cluster,
	image,
	policies = PROBE_POLICIES,
}: PolicyCheck): Promise<readonly Problem[]> =>
	withCluster(cluster, REQUEST_SECONDS, async (send) => {
		const uid = await clusterUid(send);
		if (uid !== undefined && enforcedLately(uid)) return [];
		const problems = policyProblems(
			await probePolicies(send, image, policies),
			image,
		);
		if (uid !== undefined && problems.length === 0) rememberEnforced(uid);
		return problems;
	});

/** What the outcome of a probe means for a stack. */
export function policyProblems(
	outcome: ProbeOutcome,
	image: string,
): readonly Problem[] {
	if ("result" in outcome && outcome.result !== "unreached") {
		if (outcome.result.length === 0) return [];
		return [
			clusterProblem("context", {
				wrong: "the cluster does not enforce NetworkPolicies",
				got: `a connection in spite of one that forbids it (${outcome.result.join(" and ")})`,
				expected: "none, or every pod would reach the writing half of Prod",
				fix: "have a network plugin installed that enforces them, such as Calico or Cilium, or switch that on in the one there is",
			}),
		];
	}
	return [
		clusterProblem("context", {
			wrong: "whether the cluster enforces NetworkPolicies cannot be told",
			got:
				"unknown" in outcome
					? outcome.unknown
					: "no connection between two pods, not even the one that is let through",
			expected: `two pods of ${image} that find each other`,
			fix: "mend what keeps them from it, or choose another context",
		}),
	];
}

async function clusterUid(send: Send): Promise<string | undefined> {
	try {
		const path = "/api/v1/namespaces/kube-system";
		const namespace = await ifFound(send({ method: "GET", path }));
		return textAt(namespace, "metadata", "uid");
	} catch (error) {
		if (isForbidden(error)) return undefined;
		throw error;
	}
}
