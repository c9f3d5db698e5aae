import type Docker from "dockerode";
import { formatDuration } from "../duration.ts";
import { definedProperties, type PropertyMap } from "../values.ts";
import { containerInputs, MIB } from "./container-inputs.ts";
import { portKey } from "./container-options.ts";

/** A container as the engine describes it, with what @types/dockerode leaves out. */
export type Inspected = Docker.ContainerInspectInfo & {
	readonly Config: {
		readonly StopTimeout?: number;
		readonly StopSignal?: string;
		readonly Healthcheck?: Docker.HealthConfig & {
			readonly StartInterval?: number;
		};
	};
	readonly NetworkSettings: { readonly Bridge?: string };
};

/**
 * The outputs of a container. What cannot change while a container lives is taken from the inputs, in the
 * program's own words; what can, and what the program left open, is taken from the engine.
 */
export function containerOutputs(
	properties: PropertyMap,
	container: Inspected,
	image: string,
): PropertyMap {
	const { Config, HostConfig, State, NetworkSettings } = container;
	return definedProperties({
		command: Config.Cmd ?? [],
		entrypoints: [Config.Entrypoint ?? []].flat(),
		hostname: Config.Hostname,
		ipcMode: HostConfig.IpcMode,
		logDriver: HostConfig.LogConfig?.Type,
		runtime: HostConfig.Runtime,
		securityOpts: HostConfig.SecurityOpt ?? [],
		shmSize: Math.round((HostConfig.ShmSize ?? 0) / MIB),
		stopSignal: Config.StopSignal ?? "",
		stopTimeout: Config.StopTimeout,
		platform: container.Platform,
		// Variables and labels of the image mix with the container's own, so these two are not read back:
		// the official provider does the same (hashicorp/terraform-provider-docker issue 242).
		envs: [],
		labels: [],
		...properties,
		...limits(HostConfig),
		name: container.Name.replace(/^\//, ""),
		image,
		init: HostConfig.Init ?? false,
		tmpfs: HostConfig.Tmpfs,
		healthcheck: healthcheck(container),
		ports: ports(properties, container),
		bridge: NetworkSettings.Bridge ?? "",
		networkDatas: networkDatas(container),
		exitCode: State.Running ? undefined : State.ExitCode,
	});
}

/** The limits `docker update` can change, as they are; one that is not set has no value. */
function limits(hostConfig: Docker.HostConfig) {
	const { Memory, MemorySwap, MemoryReservation, RestartPolicy } = hostConfig;
	const inMib = (bytes = 0) => (bytes > 0 ? Math.round(bytes / MIB) : bytes);
	return {
		memory: inMib(Memory) || undefined,
		memorySwap: inMib(MemorySwap) || undefined,
		memoryReservation: inMib(MemoryReservation) || undefined,
		cpuShares: hostConfig.CpuShares || undefined,
		cpuSet: hostConfig.CpusetCpus || undefined,
		cpuPeriod: hostConfig.CpuPeriod || undefined,
		cpuQuota: hostConfig.CpuQuota || undefined,
		restart: RestartPolicy?.Name || "no",
		maxRetryCount: RestartPolicy?.MaximumRetryCount || undefined,
	};
}

// Read back, in Go's spelling, as by the official provider: an interval of "90s" comes back as "1m30s" and
// is a change at the next update there too.
function healthcheck({ Config: { Healthcheck } }: Inspected) {
	if (Healthcheck === undefined) return undefined;
	const { Test, Interval, Timeout, StartPeriod, StartInterval, Retries } =
		Healthcheck;
	return {
		tests: Test ?? [],
		interval: formatDuration(Interval ?? 0),
		timeout: formatDuration(Timeout ?? 0),
		startPeriod: formatDuration(StartPeriod ?? 0),
		startInterval: formatDuration(StartInterval ?? 0),
		retries: Retries ?? 0,
	};
}

/** The ports of the program, each with the port of the host that it got. */
function ports(properties: PropertyMap, { NetworkSettings }: Inspected) {
	return containerInputs(properties).ports?.map((port) => {
		const bindings = NetworkSettings.Ports?.[portKey(port)] ?? [];
		const binding = bindings.find(({ HostIp }) => HostIp === port.ip);
		const external = port.external ?? Number(binding?.HostPort);
		return definedProperties({ ...port, external: external || undefined });
	});
}

function networkDatas({ NetworkSettings }: Inspected) {
	return Object.entries(NetworkSettings.Networks).map(([name, network]) =>
		definedProperties({
			networkName: name,
			ipAddress: network.IPAddress,
			ipPrefixLength: network.IPPrefixLen,
			gateway: network.Gateway,
			globalIpv6Address: network.GlobalIPv6Address,
			globalIpv6PrefixLength: network.GlobalIPv6PrefixLen,
			ipv6Gateway: network.IPv6Gateway,
			macAddress: network.MacAddress,
		}),
	);
}
