import type { Problem } from "../../stacks/config/problem.ts";
import { defaultStorageClass } from "./class-problems.ts";
import type { ClusterFacts } from "./cluster-facts.ts";
import type { Amounts, ClusterNeeds } from "./cluster-needs.ts";
import type { ResourceQuota } from "./cluster-objects.ts";
import { clusterProblem, kubectlFor, listed } from "./cluster-problem.ts";
import { type Demand, demandOf } from "./demand.ts";
import { cores, exceeds, mebibytes, parseQuantity } from "./quantity.ts";

/** What a quota counts, and how it writes it. */
interface Counted {
	readonly needed: (demand: Demand) => number;
	readonly written: (needed: number) => string;
}

const pods: Counted = { needed: (demand) => demand.pods, written: String };
const claims: Counted = { needed: (demand) => demand.claims, written: String };
const storage: Counted = {
	needed: (demand) => demand.storage,
	written: mebibytes,
};
const cpu: Counted = {
	needed: (demand) => demand.requests.cpu,
	written: cores,
};
const memory: Counted = {
	needed: (demand) => demand.requests.memory,
	written: mebibytes,
};

// https://kubernetes.io/docs/concepts/policy/resource-quotas/; what else may be counted says the API server.
const COUNTED: Readonly<Record<string, Counted>> = {
	pods,
	"count/pods": pods,
	persistentvolumeclaims: claims,
	"count/persistentvolumeclaims": claims,
	"requests.storage": storage,
	cpu,
	"requests.cpu": cpu,
	memory,
	"requests.memory": memory,
	"limits.cpu": { needed: ({ limits }) => limits.cpu, written: cores },
	"limits.memory": {
		needed: ({ limits }) => limits.memory,
		written: mebibytes,
	},
};

const OF_CLASS = ".storageclass.storage.k8s.io/";

/**
 * Quotas that the stack's own pods and claims exceed. The namespaces are the stack's alone, so what is in
 * use there is what was put up before.
 */
export function quotaProblems(
	{ cluster, ...needs }: ClusterNeeds,
	{ quotas, limitRanges, storageClasses = [] }: ClusterFacts,
): readonly Problem[] {
	const ownClass = cluster.storageClass ?? defaultStorageClass(storageClasses);
	return quotas.filter(countsOurs).flatMap(problemsOf);

	function problemsOf({ metadata, spec }: ResourceQuota): readonly Problem[] {
		const { name, namespace = "" } = metadata;
		const here = (each: { readonly namespace: string }) =>
			each.namespace === namespace;
		const demand = demandOf(needs.pods.filter(here), needs.claims.filter(here));
		return Object.entries(spec.hard ?? {}).flatMap(([key, hard]) => {
			const counted = COUNTED[generalKey(key)];
			if (counted === undefined) return [];
			const needed = counted.needed(demand);
			const unlimited = unlimitedPods(key, namespace);
			if (unlimited.length === 0 && !exceeds(needed, parseQuantity(hard)))
				return [];
			return clusterProblem("context", {
				wrong: `the stack does not fit the ResourceQuota "${name}" of the namespace ${namespace}`,
				got: `${key}: ${hard}`,
				expected:
					unlimited.length > 0
						? `none, or a LimitRange with a default: ${listed(unlimited)} has no such limit`
						: `at least ${counted.written(needed)}`,
				fix: `change it with '${kubectlFor(cluster)} --namespace ${namespace} edit resourcequota ${name}'`,
			});
		});
	}

	// Under a quota of limits, the API server refuses a pod without.
	function unlimitedPods(key: string, namespace: string): readonly string[] {
		const [, resource] = /^limits\.(cpu|memory)$/.exec(key) ?? [];
		if (resource === undefined) return [];
		const given = limitRanges
			.filter(({ metadata }) => metadata.namespace === namespace)
			.flatMap(({ spec }) => spec.limits)
			.some(({ default: standard }) => standard?.[resource] !== undefined);
		if (given) return [];
		return needs.pods
			.filter((pod) => pod.namespace === namespace)
			.filter(({ containers }) =>
				containers.some(
					({ limits = {} }) => limits[resource as keyof Amounts] === undefined,
				),
			)
			.map(({ what }) => what);
	}

	// `gold.storageclass.storage.k8s.io/requests.storage` counts as `requests.storage` for claims of that class.
	function generalKey(key: string): string {
		const own = `${ownClass}${OF_CLASS}`;
		return key.startsWith(own) ? key.slice(own.length) : key;
	}
}

// Every pod of the stack has requests and no deadline of its own; other scopes look at more than is known here.
const OUR_SCOPES = ["NotBestEffort", "NotTerminating"];

const countsOurs = ({ spec: { scopes = [], scopeSelector } }: ResourceQuota) =>
	scopeSelector === undefined &&
	scopes.every((scope) => OUR_SCOPES.includes(scope));
