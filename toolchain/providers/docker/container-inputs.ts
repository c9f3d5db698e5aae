import type { PropertyMap } from "../values.ts";
import type { Label } from "./labels.ts";

/**
 * A container as the program describes it, as far as the stand-in implements it. The names and types are
 * those of the official SDK (`ContainerArgs` of @pulumi/docker); a test holds the two together.
 */
export interface ContainerInputs {
	/** Name or id. */
	readonly image: string;
	readonly name?: string;
	readonly platform?: string;
	readonly command?: string[];
	readonly entrypoints?: string[];
	/** `NAME=value` each. */
	readonly envs?: string[];
	readonly labels?: readonly Label[];
	readonly user?: string;
	readonly workingDir?: string;
	readonly hostname?: string;
	readonly domainname?: string;
	readonly tty?: boolean;
	readonly stdinOpen?: boolean;
	readonly stopSignal?: string;
	/** Seconds the engine waits for the process to stop. */
	readonly stopTimeout?: number;
	readonly healthcheck?: Healthcheck;

	readonly ports?: readonly Port[];
	readonly publishAllPorts?: boolean;
	readonly networkMode?: string;
	readonly networksAdvanced?: readonly NetworkEndpoint[];
	readonly hosts?: readonly { readonly host: string; readonly ip: string }[];
	readonly dns?: string[];
	readonly dnsOpts?: string[];
	readonly dnsSearches?: string[];

	readonly volumes?: readonly VolumeMount[];
	readonly mounts?: readonly Mount[];
	/** Mount options by path. */
	readonly tmpfs?: Record<string, string>;
	readonly uploads?: readonly Upload[];
	readonly removeVolumes?: boolean;

	readonly capabilities?: {
		readonly adds?: string[];
		readonly drops?: string[];
	};
	readonly securityOpts?: string[];
	readonly readOnly?: boolean;
	readonly privileged?: boolean;
	readonly groupAdds?: string[];
	readonly usernsMode?: string;
	readonly ipcMode?: string;
	readonly pidMode?: string;
	readonly sysctls?: Record<string, string>;
	readonly ulimits?: readonly {
		readonly name: string;
		readonly soft: number;
		readonly hard: number;
	}[];

	/** MiB, like the next three; -1 is no limit for `memorySwap`. */
	readonly memory?: number;
	readonly memorySwap?: number;
	readonly memoryReservation?: number;
	readonly shmSize?: number;
	/** Decimal, e.g. `1.5`. */
	readonly cpus?: string;
	readonly cpuShares?: number;
	/** E.g. `0-2,7`. */
	readonly cpuSet?: string;
	/** Microseconds, like `cpuQuota`. */
	readonly cpuPeriod?: number;
	readonly cpuQuota?: number;
	readonly cgroupParent?: string;
	readonly cgroupnsMode?: string;
	readonly runtime?: string;
	readonly storageOpts?: Record<string, string>;
	readonly logDriver?: string;
	readonly logOpts?: Record<string, string>;

	readonly restart?: string;
	/** Attempts, with `restart: on-failure`. */
	readonly maxRetryCount?: number;
	readonly init?: boolean;
	readonly start?: boolean;
	readonly mustRun?: boolean;
	readonly wait?: boolean;
	/** Seconds. */
	readonly waitTimeout?: number;
	/** Seconds. */
	readonly destroyGraceSeconds?: number;
}

/** A health check; all times are Go durations, `0s` is the engine's default. */
export interface Healthcheck {
	/** `["CMD", …]` or `["CMD-SHELL", …]`. */
	readonly tests?: string[];
	readonly interval?: string;
	readonly timeout?: string;
	readonly startPeriod?: string;
	readonly startInterval?: string;
	readonly retries?: number;
}

/** A port of the container that a port of the host leads to. */
export interface Port {
	readonly internal: number;
	/** @default - the engine chooses one */
	readonly external?: number;
	readonly ip?: string;
	readonly protocol?: string;
}

/** A network the container joins. */
export interface NetworkEndpoint {
	/** Name or id. */
	readonly name: string;
	readonly aliases?: string[];
	readonly ipv4Address?: string;
	readonly ipv6Address?: string;
}

/** A volume or a folder of the host at a path, or the volumes of another container. */
export interface VolumeMount {
	readonly containerPath?: string;
	readonly volumeName?: string;
	/** Goes before `volumeName`. */
	readonly hostPath?: string;
	readonly fromContainer?: string;
	readonly readOnly?: boolean;
}

/** A mount in the engine's longer form. */
export interface Mount {
	/** `bind`, `volume` or `tmpfs`. */
	readonly type: string;
	readonly target: string;
	readonly source?: string;
	readonly readOnly?: boolean;
	readonly bindOptions?: { readonly propagation?: string };
	readonly volumeOptions?: {
		readonly noCopy?: boolean;
		readonly driverName?: string;
		readonly driverOptions?: Record<string, string>;
		readonly labels?: readonly Label[];
	};
	readonly tmpfsOptions?: {
		readonly sizeBytes?: number;
		readonly mode?: number;
	};
}

/** A file that is put into the container before it starts. */
export interface Upload {
	/** Absolute path in the container. */
	readonly file: string;
	readonly content?: string;
	readonly contentBase64?: string;
	/** A file of this machine. */
	readonly source?: string;
	/** Means a new upload when it changes; the provider does not compare it with the file. */
	readonly sourceHash?: string;
	readonly executable?: boolean;
	/** Octal, e.g. `0400`; goes before `executable`. */
	readonly permissions?: string;
	/** Numeric id, like `group`. @default - root */
	readonly owner?: string;
	readonly group?: string;
}

/** Inputs that were checked against the schema, which has made sure of the required ones and of all types. */
export function containerInputs(
	inputs: PropertyMap,
): PropertyMap & ContainerInputs {
	return inputs as PropertyMap & ContainerInputs;
}

/** The provider counts memory in MiB, the engine in bytes. */
export const MIB = 1024 * 1024;
