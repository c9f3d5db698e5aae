import { at } from "../providers/kubernetes/objects.ts";
import type { Send } from "../providers/kubernetes/request.ts";
import type { ClusterNeeds } from "./cluster-needs.ts";
import {
	isClusterWide,
	type Refusal,
	type Right,
	rightsFor,
} from "./rights.ts";

// So many questions at a time: each may open a connection of its own.
const AT_A_TIME = 16;

/**
 * What `up` does and the context may not, as the API server's own authorizers say. An administrator is asked
 * for with one question, everybody else with one for each right, and again in each namespace for what is not
 * allowed everywhere.
 */
export async function loadRefusals(
	send: Send,
	needs: ClusterNeeds,
): Promise<readonly Refusal[]> {
	if (await isAllowed({ group: "*", resource: "*", verb: "*" })) return [];
	const refused = await refusedOf(rightsFor(needs));
	const wide = refused.filter(isClusterWide);
	const local = refused
		.filter((right) => !isClusterWide(right))
		.flatMap((right) =>
			needs.namespaces.map((namespace) => ({ ...right, namespace })),
		);
	return [...wide, ...(await refusedOf(local))];

	async function refusedOf<T extends Refusal>(
		rights: readonly T[],
	): Promise<readonly T[]> {
		const refused: T[] = [];
		for (let start = 0; start < rights.length; start += AT_A_TIME) {
			const some = rights.slice(start, start + AT_A_TIME);
			const allowed = await Promise.all(some.map(isAllowed));
			refused.push(...some.filter((_, index) => !allowed[index]));
		}
		return refused;
	}

	// https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/self-subject-access-review-v1/
	async function isAllowed(right: Right | Refusal): Promise<boolean> {
		const answer = await send({
			method: "POST",
			path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
			body: {
				apiVersion: "authorization.k8s.io/v1",
				kind: "SelfSubjectAccessReview",
				spec: { resourceAttributes: right },
			},
		});
		return at(answer, "status", "allowed") === true;
	}
}
