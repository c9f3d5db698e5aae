import { expect, test } from "vitest";
import {
	containerOutputs,
	type Inspected,
} from "../../../../toolchain/providers/docker/container-state.ts";

// As Docker 20.10 describes a running container, shortened to what is read.
const INSPECTED = {
	Id: "22b457a7",
	Name: "/web-1a2b3c4",
	Platform: "linux",
	State: { Running: true, ExitCode: 0 },
	Config: {
		Hostname: "22b457a7d92f",
		Cmd: ["serve"],
		Entrypoint: null,
		StopSignal: "SIGQUIT",
		Healthcheck: {
			Test: ["CMD", "true"],
			Interval: 90_000_000_000,
			Retries: 3,
		},
	},
	HostConfig: {
		IpcMode: "private",
		Runtime: "runc",
		ShmSize: 67108864,
		SecurityOpt: null,
		LogConfig: { Type: "json-file", Config: {} },
		Memory: 67108864,
		MemorySwap: 134217728,
		MemoryReservation: 0,
		CpuShares: 0,
		RestartPolicy: { Name: "", MaximumRetryCount: 0 },
		Init: false,
	},
	NetworkSettings: {
		Bridge: "",
		Ports: {
			"80/tcp": [
				{ HostIp: "127.0.0.1", HostPort: "32768" },
				{ HostIp: "127.0.0.2", HostPort: "32769" },
			],
		},
		Networks: {
			inner: {
				IPAddress: "172.19.0.2",
				IPPrefixLen: 16,
				Gateway: "172.19.0.1",
				GlobalIPv6Address: "",
				GlobalIPv6PrefixLen: 0,
				IPv6Gateway: "",
				MacAddress: "02:42:ac:13:00:02",
			},
		},
	},
} as unknown as Inspected;

test("outputs are the inputs, and what the engine chose or changed", () => {
	const inputs = {
		image: "nginx:1",
		name: "web-1a2b3c4",
		memory: 64,
		restart: "always",
		envs: ["A=1"],
		healthcheck: { tests: ["CMD", "true"], interval: "90s" },
		ports: [
			{ internal: 80, ip: "127.0.0.1" },
			{ internal: 80, ip: "127.0.0.2" },
			{ internal: 81, external: 8081, ip: "127.0.0.1" },
		],
	};
	expect(containerOutputs(inputs, INSPECTED, "nginx:1")).toEqual({
		bridge: "",
		command: ["serve"],
		entrypoints: [],
		envs: ["A=1"],
		healthcheck: {
			tests: ["CMD", "true"],
			interval: "1m30s",
			timeout: "0s",
			startPeriod: "0s",
			startInterval: "0s",
			retries: 3,
		},
		hostname: "22b457a7d92f",
		image: "nginx:1",
		init: false,
		ipcMode: "private",
		labels: [],
		logDriver: "json-file",
		memory: 64,
		memorySwap: 128,
		name: "web-1a2b3c4",
		networkDatas: [
			{
				networkName: "inner",
				ipAddress: "172.19.0.2",
				ipPrefixLength: 16,
				gateway: "172.19.0.1",
				globalIpv6Address: "",
				globalIpv6PrefixLength: 0,
				ipv6Gateway: "",
				macAddress: "02:42:ac:13:00:02",
			},
		],
		platform: "linux",
		ports: [
			{ internal: 80, ip: "127.0.0.1", external: 32768 },
			{ internal: 80, ip: "127.0.0.2", external: 32769 },
			{ internal: 81, ip: "127.0.0.1", external: 8081 },
		],
		// The policy the engine has, not the one the program wants: that is drift.
		restart: "no",
		runtime: "runc",
		securityOpts: [],
		shmSize: 64,
		stopSignal: "SIGQUIT",
	});
});

test("a container that does not run has an exit code, a running one has none", () => {
	const stopped = {
		...INSPECTED,
		State: { ...INSPECTED.State, Running: false, ExitCode: 137 },
	};
	expect(containerOutputs({}, stopped, "a").exitCode).toBe(137);
	expect(containerOutputs({}, INSPECTED, "a").exitCode).toBeUndefined();
});
