import { type Problem, shown } from "../../stacks/config/problem.ts";
import type { KubernetesSpec } from "../../topology/kubernetes-spec.ts";
import {
	ApiError,
	UnreachableError,
} from "../providers/kubernetes/api-error.ts";
import {
	connection,
	UnknownContextError,
} from "../providers/kubernetes/kubeconfig.ts";
import { type Send, sender } from "../providers/kubernetes/request.ts";
import { clusterProblem } from "./cluster-problem.ts";

/** Where the cluster is and as whom. */
export type ClusterAddress = Pick<KubernetesSpec, "kubeconfig" | "context">;

/**
 * Looks for problems in a cluster. What the kubeconfig or the cluster itself keeps from being looked at is
 * a problem, too. KUBECONFIG counts for nothing.
 *
 * @param seconds how long one request may take
 */
export async function withCluster(
	address: ClusterAddress,
	seconds: number,
	look: (send: Send) => Promise<readonly Problem[]>,
): Promise<readonly Problem[]> {
	let send: Send;
	try {
		// Without a path, the client library would look at KUBECONFIG and the user's folder.
		if (address.kubeconfig === "") throw new Error("no kubeconfig is named");
		send = sender(await connection(address));
	} catch (error) {
		return [addressProblem(address, error as Error)];
	}
	try {
		return await look((request) => {
			const late = AbortSignal.timeout(seconds * 1_000);
			const signal = request.signal
				? AbortSignal.any([late, request.signal])
				: late;
			return send({ ...request, signal });
		});
	} catch (error) {
		const problem = answerProblem(address, error, seconds);
		if (problem === undefined) throw error;
		return [problem];
	}
}

function addressProblem(
	{ kubeconfig, context }: ClusterAddress,
	error: Error,
): Problem {
	if (error instanceof UnknownContextError)
		return clusterProblem("context", {
			wrong: `not in ${kubeconfig}`,
			got: shown(context),
			expected: `a context that it has: ${error.contexts}`,
			fix: "write one of these, or the path of another kubeconfig",
		});
	return clusterProblem("kubeconfig", {
		wrong: "cannot be used",
		got: `${shown(kubeconfig)} (${error.message})`,
		expected: "the path of a kubeconfig",
		fix: "write the path of the file with the cluster's address and credentials",
	});
}

function answerProblem(
	{ context }: ClusterAddress,
	error: unknown,
	seconds: number,
): Problem | undefined {
	const silent = error instanceof DOMException && error.name === "TimeoutError";
	if (silent || error instanceof UnreachableError)
		return clusterProblem("context", {
			wrong: `"${context}" leads to no cluster that answers`,
			got: silent ? `nothing within ${seconds} s` : error.message,
			expected: "an API server",
			fix: "start the cluster, or choose another context",
		});
	if (error instanceof ApiError && error.status === 401)
		return clusterProblem("context", {
			wrong: `"${context}" is let into no cluster`,
			got: `401 ${error.message}`,
			expected: "credentials that the API server takes",
			fix: "log in to the cluster again, or choose another context",
		});
	return undefined;
}
