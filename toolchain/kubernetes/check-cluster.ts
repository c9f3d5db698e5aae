import { byPath, type Problem } from "../../stacks/config/problem.ts";
import { capacityProblems } from "./capacity-problems.ts";
import {
	certificateProblems,
	ingressClassProblems,
	storageClassProblems,
} from "./class-problems.ts";
import type { ClusterFacts } from "./cluster-facts.ts";
import type { ClusterNeeds } from "./cluster-needs.ts";
import { limitRangeProblems } from "./limit-range-problems.ts";
import { loadFacts } from "./load-facts.ts";
import { namespaceProblems } from "./namespace-problems.ts";
import { quotaProblems } from "./quota-problems.ts";
import { rightsProblems } from "./rights.ts";
import { issuerProblems, versionProblems } from "./server-problems.ts";
import { withCluster } from "./with-cluster.ts";

const REQUEST_SECONDS = 10;

/**
 * All that the stack's cluster lacks for it, found by looking alone. Whether it enforces NetworkPolicies is
 * not to be seen: that is `checkPolicies`.
 *
 * @returns the problems by path; that a cluster cannot be spoken to is then the only one
 */
export const checkCluster = (
	needs: ClusterNeeds,
): Promise<readonly Problem[]> =>
	withCluster(needs.cluster, REQUEST_SECONDS, async (send) =>
		clusterProblems(needs, await loadFacts(send, needs)),
	);

/** What the facts lack of the needs, by path. */
export function clusterProblems(
	needs: ClusterNeeds,
	facts: ClusterFacts,
): readonly Problem[] {
	return [
		...versionProblems(facts.version),
		...rightsProblems(needs, facts.refusals),
		...namespaceProblems(needs, facts.namespaces),
		...storageClassProblems(needs, facts.storageClasses),
		...ingressClassProblems(needs, facts.ingressClasses),
		...certificateProblems(needs, facts.certificates),
		...issuerProblems(needs.cluster, facts.issuer),
		...quotaProblems(needs, facts),
		...limitRangeProblems(needs, facts.limitRanges),
		...capacityProblems(needs, facts),
	].sort(byPath);
}
