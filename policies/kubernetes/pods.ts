import type { Resource } from "../resource.ts";
import { kindOf, type Metadata, metadataOf, namespaceOf } from "./objects.ts";

/** The pods a workload of any kind makes. */
export interface Pod {
	readonly kind: string;
	readonly namespace: string;
	readonly labels: Readonly<Record<string, string>>;
	readonly annotations: Readonly<Record<string, string>>;
	/** How many of them; undefined where something else decides, as with a DaemonSet. */
	readonly replicas: number | undefined;
	readonly spec: PodSpec;
	/** Those that serve, those that run before and those added for debugging. */
	readonly containers: readonly Container[];
	readonly claimTemplates: readonly { readonly metadata?: Metadata }[];
}

export interface PodSpec {
	readonly containers?: readonly Container[];
	readonly initContainers?: readonly Container[];
	readonly ephemeralContainers?: readonly Container[];
	readonly securityContext?: SecurityContext;
	readonly hostNetwork?: boolean;
	readonly hostPID?: boolean;
	readonly hostIPC?: boolean;
	readonly serviceAccountName?: string;
	readonly automountServiceAccountToken?: boolean;
	readonly volumes?: readonly Volume[];
	readonly topologySpreadConstraints?: readonly unknown[];
}

export interface Volume {
	readonly name: string;
	readonly hostPath?: unknown;
	readonly emptyDir?: unknown;
	readonly configMap?: Files & { readonly name?: string };
	readonly secret?: Files & { readonly secretName?: string };
	readonly projected?: {
		readonly sources?: readonly {
			readonly configMap?: Files & { readonly name?: string };
			readonly secret?: Files & { readonly name?: string };
			readonly serviceAccountToken?: unknown;
		}[];
	};
	readonly persistentVolumeClaim?: {
		readonly claimName?: string;
		readonly readOnly?: boolean;
	};
}

export interface Files {
	readonly items?: readonly { readonly key: string; readonly path: string }[];
}

export interface Container {
	readonly name: string;
	readonly image?: string;
	readonly command?: readonly string[];
	readonly args?: readonly string[];
	readonly env?: readonly { readonly name: string; readonly value?: string }[];
	readonly ports?: readonly {
		readonly hostPort?: number;
		readonly containerPort?: number;
		readonly name?: string;
	}[];
	readonly securityContext?: SecurityContext;
	readonly resources?: {
		readonly requests?: Readonly<Record<string, string>>;
		readonly limits?: Readonly<Record<string, string>>;
	};
	readonly volumeMounts?: readonly {
		readonly name: string;
		readonly mountPath: string;
		readonly subPath?: string;
		readonly readOnly?: boolean;
	}[];
	readonly readinessProbe?: unknown;
	readonly livenessProbe?: unknown;
}

export interface SecurityContext {
	readonly runAsNonRoot?: boolean;
	readonly runAsUser?: number;
	readonly privileged?: boolean;
	readonly allowPrivilegeEscalation?: boolean;
	readonly readOnlyRootFilesystem?: boolean;
	readonly capabilities?: {
		readonly add?: readonly string[];
		readonly drop?: readonly string[];
	};
	readonly seccompProfile?: { readonly type?: string };
}

interface Template {
	readonly metadata?: Metadata;
	readonly spec?: PodSpec;
}

interface WorkloadSpec {
	readonly replicas?: number;
	readonly template?: Template;
	readonly jobTemplate?: { readonly spec?: { readonly template?: Template } };
	readonly volumeClaimTemplates?: Pod["claimTemplates"];
}

/** The pods of a workload; undefined for any other resource. */
export function podOf(resource: Resource): Pod | undefined {
	const kind = kindOf(resource);
	const spec = (resource.props.spec ?? {}) as WorkloadSpec;
	switch (kind) {
		case "Pod":
			return pod(
				kind,
				{ metadata: metadataOf(resource), spec: spec as PodSpec },
				1,
			);
		case "Deployment":
		case "StatefulSet":
		case "ReplicaSet":
		case "ReplicationController":
			return pod(kind, spec.template, spec.replicas ?? 1);
		case "DaemonSet":
		case "Job":
			return pod(kind, spec.template, undefined);
		case "CronJob":
			return pod(kind, spec.jobTemplate?.spec?.template, undefined);
		default:
			return undefined;
	}

	function pod(
		kind: string,
		{ metadata, spec: podSpec = {} }: Template = {},
		replicas: number | undefined,
	): Pod {
		return {
			kind,
			namespace: namespaceOf(resource),
			labels: metadata?.labels ?? {},
			annotations: metadata?.annotations ?? {},
			replicas,
			spec: podSpec,
			containers: [
				...(podSpec.containers ?? []),
				...(podSpec.initContainers ?? []),
				...(podSpec.ephemeralContainers ?? []),
			],
			claimTemplates: spec.volumeClaimTemplates ?? [],
		};
	}
}
