import type {
	LimitRange,
	Named,
	Namespace,
	Node,
	Pod,
	ResourceQuota,
} from "./cluster-objects.ts";
import type { Refusal } from "./rights.ts";

/**
 * The cluster as it was found. What the context may not look at is undefined, and is then judged by
 * nobody before the API server does.
 */
export interface ClusterFacts {
	/** As the API server names it, e.g. `v1.34.4+k3s1`. */
	readonly version: string;
	/** Those of the stack's names that exist. */
	readonly namespaces: readonly Namespace[];
	/** In the namespaces of the stack. */
	readonly quotas: readonly ResourceQuota[];
	readonly limitRanges: readonly LimitRange[];
	readonly storageClasses: readonly Named[] | undefined;
	readonly ingressClasses: readonly Named[] | undefined;
	/** Whether cert-manager's Certificate is served. */
	readonly certificates: boolean;
	/** Issuer of the cluster's ServiceAccount tokens. */
	readonly issuer: string | undefined;
	readonly nodes: readonly Node[] | undefined;
	readonly pods: readonly Pod[] | undefined;
	/** Nodes are added when pods find no room. */
	readonly growing: boolean;
	/** What `up` does and the context may not. */
	readonly refusals: readonly Refusal[];
}
