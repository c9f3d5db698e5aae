import type { KubernetesSpec } from "../../topology/kubernetes-spec.ts";

/** What a stack asks of the cluster it is put up on. */
export interface ClusterNeeds {
	readonly stack: string;
	readonly cluster: KubernetesSpec;
	/** Every namespace the stack makes. */
	readonly namespaces: readonly string[];
	readonly claims: readonly ClaimNeeds[];
	/** All that run at the same time: those of jobs too, and what a rolling update adds. */
	readonly pods: readonly PodNeeds[];
}

/** Storage that is kept when its pod goes; of the StorageClass of the stack. */
export interface ClaimNeeds {
	readonly namespace: string;
	/** As a quantity, e.g. `20Gi`. */
	readonly size: string;
}

/** Pods that are alike. */
export interface PodNeeds {
	readonly namespace: string;
	/** What they are to a reader, e.g. `front of sandbox`. */
	readonly what: string;
	readonly replicas: number;
	readonly containers: readonly ContainerNeeds[];
}

export interface ContainerNeeds {
	readonly requests: Amounts;
	/** @default - as much as there is, or the default of the namespace's LimitRange */
	readonly limits?: Partial<Amounts>;
}

/** What a container computes with, as quantities. */
export interface Amounts {
	/** Cores, e.g. `50m`. */
	readonly cpu: string;
	/** Bytes, e.g. `64Mi`. */
	readonly memory: string;
}
