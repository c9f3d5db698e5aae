/** What the agent reads of Kubernetes' objects. */
export type Labels = Readonly<Record<string, string>>;

export interface Metadata {
	readonly name: string;
	readonly namespace?: string;
	readonly uid: string;
	readonly creationTimestamp?: string;
	readonly labels?: Labels;
	readonly annotations?: Readonly<Record<string, string>>;
}

export interface Namespace {
	readonly metadata: Metadata;
}

export interface Container {
	readonly ports?: readonly {
		readonly name?: string;
		readonly containerPort: number;
		/** @default - TCP */
		readonly protocol?: string;
	}[];
}

export interface Pod {
	readonly metadata: Metadata & { readonly namespace: string };
	readonly spec: {
		readonly hostNetwork?: boolean;
		readonly containers: readonly Container[];
		/** Those that go on beside the containers may have ports too. */
		readonly initContainers?: readonly Container[];
	};
	readonly status: { readonly phase?: string; readonly podIP?: string };
}

export interface LabelRequirement {
	readonly key: string;
	readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
	readonly values?: readonly string[];
}

export interface LabelSelector {
	readonly matchLabels?: Labels;
	readonly matchExpressions?: readonly LabelRequirement[];
}

export interface PolicyPeer {
	readonly podSelector?: LabelSelector;
	readonly namespaceSelector?: LabelSelector;
	readonly ipBlock?: {
		readonly cidr: string;
		readonly except?: readonly string[];
	};
}

export interface PolicyPort {
	/** @default - TCP */
	readonly protocol?: string;
	/** A number, or the name of a container's port. @default - every port of the protocol */
	readonly port?: number | string;
	/** Last port of a range that begins at `port`. */
	readonly endPort?: number;
}

export interface NetworkPolicy {
	readonly metadata: Metadata & { readonly namespace: string };
	readonly spec: {
		/** @default - every pod of the namespace */
		readonly podSelector?: LabelSelector;
		/** @default - Ingress, and Egress if there are rules for it */
		readonly policyTypes?: readonly ("Ingress" | "Egress")[];
		readonly ingress?: readonly {
			readonly from?: readonly PolicyPeer[];
			readonly ports?: readonly PolicyPort[];
		}[];
		readonly egress?: readonly {
			readonly to?: readonly PolicyPeer[];
			readonly ports?: readonly PolicyPort[];
		}[];
	};
}

export interface StorageClass {
	readonly metadata: Metadata;
	readonly provisioner: string;
	readonly reclaimPolicy?: string;
	readonly volumeBindingMode?: string;
}

export interface Claim {
	readonly metadata: Metadata & { readonly namespace: string };
	readonly spec: {
		readonly storageClassName?: string;
		readonly accessModes: readonly string[];
		readonly volumeName?: string;
		readonly volumeMode?: string;
		readonly resources: { readonly requests: { readonly storage: string } };
	};
	readonly status: { readonly phase?: string };
}

export interface Volume {
	readonly metadata: Metadata;
	readonly spec: { readonly persistentVolumeReclaimPolicy?: string };
	readonly status: { readonly phase?: string };
}
