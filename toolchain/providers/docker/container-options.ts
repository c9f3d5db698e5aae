import type Docker from "dockerode";
import { parseDuration } from "../duration.ts";
import {
	type ContainerInputs,
	type Healthcheck,
	MIB,
	type Port,
} from "./container-inputs.ts";
import { mountSettings } from "./container-mounts.ts";
import { resourceLimits, restartPolicy } from "./container-update.ts";
import { labelMap } from "./labels.ts";

/** What the engine is told when the container is created; networks and uploads follow after that. */
export function containerOptions(
	inputs: ContainerInputs,
): Docker.ContainerCreateOptions {
	return {
		Image: inputs.image,
		...given({
			name: inputs.name,
			platform: inputs.platform,
			Hostname: inputs.hostname,
			Domainname: inputs.domainname,
			User: inputs.user,
			Cmd: inputs.command,
			Entrypoint: inputs.entrypoints,
			Env: inputs.envs,
			WorkingDir: inputs.workingDir,
			StopSignal: inputs.stopSignal,
			StopTimeout: inputs.stopTimeout,
			Healthcheck: inputs.healthcheck && healthcheck(inputs.healthcheck),
		}),
		Tty: inputs.tty ?? false,
		OpenStdin: inputs.stdinOpen ?? false,
		Labels: labelMap(inputs.labels),
		ExposedPorts: exposedPorts(inputs),
		Volumes: mountSettings(inputs).anonymous,
		HostConfig: hostConfig(inputs),
	};
}

function hostConfig(inputs: ContainerInputs): Docker.HostConfig {
	const { binds, volumesFrom, mounts } = mountSettings(inputs);
	return {
		...resourceLimits(inputs),
		RestartPolicy: restartPolicy(inputs),
		Privileged: inputs.privileged ?? false,
		PublishAllPorts: inputs.publishAllPorts ?? false,
		ReadonlyRootfs: inputs.readOnly ?? false,
		PortBindings: portBindings(inputs),
		Binds: binds,
		VolumesFrom: volumesFrom,
		Mounts: mounts,
		// As the official provider does: unset means off, whatever the engine's own default is.
		Init: inputs.init ?? false,
		...given({
			NetworkMode: inputs.networkMode,
			Tmpfs: inputs.tmpfs,
			CapAdd: inputs.capabilities?.adds,
			CapDrop: inputs.capabilities?.drops,
			SecurityOpt: inputs.securityOpts,
			GroupAdd: inputs.groupAdds,
			Dns: inputs.dns,
			DnsOptions: inputs.dnsOpts,
			DnsSearch: inputs.dnsSearches,
			ExtraHosts: inputs.hosts?.map(({ host, ip }) => `${host}:${ip}`),
			Ulimits: inputs.ulimits?.map(({ name, soft, hard }) => ({
				Name: name,
				Soft: soft,
				Hard: hard,
			})),
			Sysctls: inputs.sysctls,
			StorageOpt: inputs.storageOpts,
			ShmSize: inputs.shmSize && inputs.shmSize * MIB,
			NanoCpus: inputs.cpus ? nanoCpus(inputs.cpus) : undefined,
			Runtime: inputs.runtime,
			IpcMode: inputs.ipcMode,
			PidMode: inputs.pidMode,
			UsernsMode: inputs.usernsMode,
			CgroupParent: inputs.cgroupParent,
			CgroupnsMode: inputs.cgroupnsMode,
			LogConfig:
				inputs.logDriver || inputs.logOpts
					? { Type: inputs.logDriver ?? "", Config: inputs.logOpts ?? {} }
					: undefined,
		}),
	};
}

function healthcheck({
	tests,
	interval = "0s",
	timeout = "0s",
	startPeriod = "0s",
	startInterval = "0s",
	retries = 0,
}: Healthcheck): Docker.HealthConfig & {
	StartInterval: number;
} {
	return {
		...given({ Test: tests }),
		Interval: parseDuration(interval),
		Timeout: parseDuration(timeout),
		StartPeriod: parseDuration(startPeriod),
		StartInterval: parseDuration(startInterval),
		Retries: retries,
	};
}

function exposedPorts({ ports = [] }: ContainerInputs) {
	return Object.fromEntries(ports.map((port) => [portKey(port), {}]));
}

function portBindings({ ports = [] }: ContainerInputs) {
	const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
	for (const port of ports) {
		const { external, ip = "0.0.0.0" } = port;
		const binding = { HostIp: ip, HostPort: external ? String(external) : "" };
		bindings[portKey(port)] = [...(bindings[portKey(port)] ?? []), binding];
	}
	return bindings;
}

/** A port as the engine writes it, e.g. `80/tcp`. */
export function portKey({ internal, protocol = "tcp" }: Port): string {
	return `${internal}/${protocol}`;
}

// `docker run --cpus`: decimal, counted by the engine in billionths.
const nanoCpus = (cpus: string) => Math.round(Number(cpus) * 1e9);

/** The settings the program gives: the engine's own defaults hold for the others. */
function given<T extends object>(settings: T) {
	const entries = Object.entries(settings).filter(
		([, value]) => value !== undefined && value !== "",
	);
	return Object.fromEntries(entries) as {
		[K in keyof T]?: Exclude<T[K], undefined>;
	};
}
