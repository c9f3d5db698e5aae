/** What the checks read of Kubernetes' objects, as the server writes them. */
export interface Metadata {
	readonly name: string;
	readonly namespace?: string;
	readonly uid?: string;
	readonly creationTimestamp?: string;
	readonly labels?: Readonly<Record<string, string>>;
	readonly annotations?: Readonly<Record<string, string>>;
}

export interface Named {
	readonly metadata: Metadata;
}

export interface Namespace extends Named {
	readonly status?: { readonly phase?: string };
}

/** Quantities by the name of what is counted. */
export type Quantities = Readonly<Record<string, string>>;

export interface ResourceQuota extends Named {
	readonly spec: {
		readonly hard?: Quantities;
		readonly scopes?: readonly string[];
		readonly scopeSelector?: object;
	};
}

export interface LimitRange extends Named {
	readonly spec: { readonly limits: readonly LimitRangeItem[] };
}

export interface LimitRangeItem {
	readonly type: string;
	readonly max?: Quantities;
	readonly min?: Quantities;
	readonly default?: Quantities;
}

export interface Node extends Named {
	readonly spec: {
		readonly unschedulable?: boolean;
		readonly taints?: readonly { readonly effect: string }[];
	};
	readonly status: { readonly allocatable?: Quantities };
}

export interface Container {
	readonly resources?: { readonly requests?: Quantities };
	/** `Always` makes a sidecar of an init container. */
	readonly restartPolicy?: string;
}

export interface Pod extends Named {
	readonly spec: {
		readonly nodeName?: string;
		readonly containers: readonly Container[];
		readonly initContainers?: readonly Container[];
		/** What the runtime itself takes. */
		readonly overhead?: Quantities;
	};
	readonly status?: {
		readonly phase?: string;
		readonly podIP?: string;
		readonly conditions?: readonly {
			readonly type: string;
			readonly status: string;
			readonly message?: string;
		}[];
		readonly containerStatuses?: readonly ContainerStatus[];
	};
}

export interface ContainerStatus {
	readonly state?: {
		readonly waiting?: { readonly reason?: string; readonly message?: string };
		readonly terminated?: { readonly exitCode: number };
	};
}

export interface Claim extends Named {
	readonly spec: { readonly volumeName?: string };
	readonly status?: { readonly capacity?: Quantities };
}

export interface Volume extends Named {
	readonly spec: {
		readonly capacity?: Quantities;
		readonly claimRef?: { readonly namespace?: string; readonly name?: string };
		readonly persistentVolumeReclaimPolicy?: string;
	};
}
