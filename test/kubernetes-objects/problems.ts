import { contentProblems } from "./content-problems.ts";
import { jobProblems } from "./job-problems.ts";
import { nameProblems } from "./name-problems.ts";
import { networkPolicyProblems } from "./network-policy-problems.ts";
import type { KubernetesObject } from "./object.ts";
import { podProblems } from "./pod-problems.ts";
import { referenceProblems } from "./reference-problems.ts";
import { schemaProblems } from "./schema-problems.ts";
import { selectorProblems } from "./selector-problems.ts";
import { workloadsOf } from "./workload.ts";

export interface ProblemOptions {
	/** What the objects name and somebody else makes: `Secret "prod/tls"`. @default - nothing */
	readonly outside?: readonly string[];
}

/**
 * Why a cluster would refuse the objects, or take them and never get them running: one sentence each.
 * What their schema refuses is told first and alone, since the other checks read fields by it.
 */
export function problemsOfObjects(
	objects: readonly KubernetesObject[],
	{ outside = [] }: ProblemOptions = {},
): readonly string[] {
	const refused = objects.flatMap(schemaProblems);
	if (refused.length > 0) return refused;
	return [
		...nameProblems(objects),
		...contentProblems(objects),
		...workloadsOf(objects).flatMap(podProblems),
		...objects.flatMap(jobProblems),
		...objects.flatMap(networkPolicyProblems),
		...referenceProblems(objects, new Set(outside)),
		...selectorProblems(objects),
	];
}
