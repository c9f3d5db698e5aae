import { type Problem, shown } from "../../stacks/config/problem.ts";
import type { KubernetesSpec } from "../../topology/kubernetes-spec.ts";
import { clusterProblem } from "./cluster-problem.ts";

/** The oldest release that is supported, as minor version of Kubernetes 1. */
const LEAST_MINOR = 29;

/** A server that is too old for what the stack consists of. */
export function versionProblems(version: string): readonly Problem[] {
	const [, major, minor] = /^v(\d+)\.(\d+)/.exec(version) ?? [];
	if (Number(major) > 1 || Number(minor) >= LEAST_MINOR) return [];
	return [
		clusterProblem("context", {
			wrong: "the cluster is too old",
			got: `Kubernetes ${version}`,
			expected: `1.${LEAST_MINOR} or later`,
			fix: "update the cluster, or choose another context",
		}),
	];
}

/** An issuer that the cluster's own tokens do not name, so that every gate would refuse the jobs. */
export function issuerProblems(
	{ issuer }: KubernetesSpec,
	found: string | undefined,
): readonly Problem[] {
	if (found === undefined || found === issuer) return [];
	return [
		clusterProblem("issuer", {
			wrong: "is not who signs the cluster's ServiceAccount tokens",
			got: shown(issuer),
			expected: shown(found),
			fix: `write issuer: ${found}`,
		}),
	];
}
