import { dockerPlatform } from "../../components/platform/docker/platform.ts";
import { kubernetesPlatform } from "../../components/platform/kubernetes/platform.ts";
import type { Platform } from "../../components/platform/platform.ts";
import { k8sEstate } from "../topology/k8s-estate.ts";
import { plain, type Registered } from "./harness.ts";

/** A program as a platform runs it, in words that hold for all of them. */
export interface RunningProgram {
	readonly image: string;
	readonly command: readonly string[];
	readonly readOnlyRoot: boolean;
	readonly dropsAllCapabilities: boolean;
	readonly gainsPrivileges: boolean;
	readonly memoryMiB: number;
	readonly health: readonly string[];
	/** From being told to stop to being killed. */
	readonly stopSeconds: number;
	readonly environment: Readonly<Record<string, string>>;
	readonly mounts: readonly {
		readonly path: string;
		readonly readOnly: boolean;
	}[];
}

/** A platform, and how to look at what it made. */
export interface PlatformUnderTest {
	readonly name: string;
	readonly make: () => Platform;
	/** Every program of what was registered, by the name of its container or workload. */
	readonly programs: (
		resources: readonly Registered[],
	) => ReadonlyMap<string, readonly RunningProgram[]>;
	/** Types of the resources that may hold contents of files. */
	readonly fileTypes: readonly string[];
	/** Type of the resource that is a storage. */
	readonly storageType: string;
}

const docker: PlatformUnderTest = {
	name: "docker",
	make: () => dockerPlatform({ stack: "dev" }),
	fileTypes: ["docker:index/container:Container"],
	storageType: "docker:index/volume:Volume",
	programs: (resources) =>
		new Map(
			resources
				.filter(({ type }) => type === "docker:index/container:Container")
				.map(
					({ name, inputs }) =>
						[name, plain(inputs) as ContainerInputs] as const,
				)
				.filter(([, { start }]) => start !== false)
				.map(([name, inputs]) => [name, [ofContainer(inputs)]]),
		),
};

interface ContainerInputs {
	readonly start?: boolean;
	readonly image: string;
	readonly entrypoints: readonly string[];
	readonly command: readonly string[];
	readonly readOnly: boolean;
	readonly capabilities: { readonly drops: readonly string[] };
	readonly securityOpts: readonly string[];
	readonly memory: number;
	readonly healthcheck: { readonly tests: readonly string[] };
	readonly stopTimeout: number;
	readonly envs: readonly string[];
	readonly volumes: readonly {
		readonly containerPath: string;
		readonly readOnly: boolean;
	}[];
}

const ofContainer = (inputs: ContainerInputs): RunningProgram => ({
	image: inputs.image,
	command: [...inputs.entrypoints, ...inputs.command],
	readOnlyRoot: inputs.readOnly,
	dropsAllCapabilities: inputs.capabilities.drops.includes("ALL"),
	gainsPrivileges: !inputs.securityOpts.includes("no-new-privileges"),
	memoryMiB: inputs.memory,
	// CMD sh -c <script> health <command>
	health: inputs.healthcheck.tests.slice(5),
	stopSeconds: inputs.stopTimeout,
	environment: Object.fromEntries(
		inputs.envs.map((line) => line.split("=") as [string, string]),
	),
	mounts: inputs.volumes.map(({ containerPath: path, readOnly }) => ({
		path,
		readOnly,
	})),
});

const kubernetes: PlatformUnderTest = {
	name: "kubernetes",
	make: () => kubernetesPlatform(k8sEstate(), {}),
	fileTypes: ["kubernetes:core/v1:Secret"],
	storageType: "kubernetes:core/v1:PersistentVolumeClaim",
	programs: (resources) =>
		new Map(
			resources.flatMap(({ type, name, inputs }) => {
				const { spec } = plain(inputs) as { spec?: WorkloadSpec };
				const pod =
					type === "kubernetes:batch/v1:CronJob"
						? spec?.jobTemplate?.spec.template.spec
						: spec?.template?.spec;
				return pod
					? [[name, pod.containers.map((c) => inPod(pod, c))] as const]
					: [];
			}),
		),
};

interface WorkloadSpec {
	readonly template?: { readonly spec: PodSpec };
	readonly jobTemplate?: {
		readonly spec: { readonly template: { readonly spec: PodSpec } };
	};
}

interface PodSpec {
	readonly terminationGracePeriodSeconds: number;
	readonly containers: readonly PodContainer[];
}

interface PodContainer {
	readonly image: string;
	readonly command: readonly string[];
	readonly args: readonly string[];
	readonly env?: readonly { readonly name: string; readonly value: string }[];
	readonly resources: { readonly limits: { readonly memory: string } };
	readonly securityContext: {
		readonly readOnlyRootFilesystem: boolean;
		readonly allowPrivilegeEscalation: boolean;
		readonly capabilities: { readonly drop: readonly string[] };
	};
	readonly readinessProbe?: {
		readonly exec: { readonly command: readonly string[] };
	};
	readonly volumeMounts: readonly {
		readonly mountPath: string;
		readonly readOnly?: boolean;
	}[];
}

const inPod = (pod: PodSpec, container: PodContainer): RunningProgram => ({
	image: container.image,
	command: [...container.command, ...container.args],
	readOnlyRoot: container.securityContext.readOnlyRootFilesystem,
	dropsAllCapabilities:
		container.securityContext.capabilities.drop.includes("ALL"),
	gainsPrivileges: container.securityContext.allowPrivilegeEscalation,
	memoryMiB: Number.parseInt(container.resources.limits.memory, 10),
	health: container.readinessProbe?.exec.command ?? [],
	stopSeconds: pod.terminationGracePeriodSeconds,
	environment: Object.fromEntries(
		(container.env ?? []).map(({ name, value }) => [name, value]),
	),
	mounts: container.volumeMounts.map(
		({ mountPath: path, readOnly = false }) => ({
			path,
			readOnly,
		}),
	),
});

export const PLATFORMS: readonly PlatformUnderTest[] = [docker, kubernetes];
