import { describe, expect, test } from "vitest";
import { containerOptions } from "../../../../toolchain/providers/docker/container-options.ts";
import {
	ONLY_RECORDED,
	UPDATABLE,
	updateOptions,
} from "../../../../toolchain/providers/docker/container-update.ts";
import {
	loadSchema,
	type PropertySpec,
	referredType,
} from "../../../../toolchain/providers/schema.ts";
import type { PropertyValue } from "../../../../toolchain/providers/values.ts";

const schema = loadSchema("docker");
const inputs =
	schema.resources["docker:index/container:Container"]?.inputProperties ?? {};

// Inputs the provider acts on itself, before or after the container is created; the engine tests cover them.
const OWN_AFFAIRS = [
	// Only false is accepted.
	"attach",
	"logs",
	"rm",
	// The engine answers a start when the process runs, so there is nothing to wait for.
	"containerReadRefreshTimeoutMilliseconds",
	"destroyGraceSeconds",
	"mustRun",
	"networksAdvanced",
	"removeVolumes",
	"start",
	"uploads",
	"wait",
	"waitTimeout",
];

function sample(spec: PropertySpec): PropertyValue {
	const type = referredType(schema, spec);
	if (spec.enum) return spec.enum.at(-1) ?? "";
	if (type?.properties)
		return Object.fromEntries(
			Object.entries(type.properties).map(([name, property]) => [
				name,
				sample(property),
			]),
		);
	if (spec.format === "duration") return "7s";
	switch (spec.type) {
		case "array":
			return [sample(spec.items ?? {})];
		case "object":
			return { key: "value" };
		case "boolean":
			return spec.default !== true;
		case "integer":
			return 7;
		default:
			return "1.5";
	}
}

describe("every input", () => {
	const told = Object.entries(inputs).filter(
		([name]) => !OWN_AFFAIRS.includes(name),
	);
	test.each(told)(
		"%s reaches the engine when a container is created",
		(name, spec) => {
			const image = "nginx";
			const plain = containerOptions({ image });
			expect(containerOptions({ image, [name]: sample(spec) })).not.toEqual(
				plain,
			);
		},
	);

	test("that does not force a replacement can be updated, is only recorded, or is the provider's own", () => {
		const inPlace = Object.entries(inputs)
			.filter(([, spec]) => !spec.willReplaceOnChanges)
			.map(([name]) => name);
		const own = OWN_AFFAIRS.filter(
			(name) => !inputs[name]?.willReplaceOnChanges,
		);
		expect(inPlace.sort()).toEqual(
			[...UPDATABLE, ...ONLY_RECORDED, ...own].sort(),
		);
	});
});

test("a whole container is told in the engine's words and units", () => {
	expect(
		containerOptions({
			name: "web",
			image: "sha256:1",
			command: ["serve"],
			entrypoints: ["/bin/registry"],
			envs: ["A=1"],
			labels: [{ label: "tier", value: "prod" }],
			user: "1000:1000",
			hostname: "web",
			workingDir: "/srv",
			stopSignal: "SIGQUIT",
			stopTimeout: 30,
			healthcheck: {
				tests: ["CMD", "true"],
				interval: "1m30s",
				timeout: "500ms",
				retries: 3,
			},
			ports: [
				{ internal: 80, external: 8080, ip: "127.0.0.1" },
				{ internal: 80, ip: "127.0.0.2" },
				{ internal: 53, protocol: "udp" },
			],
			volumes: [
				{ volumeName: "store", containerPath: "/store", readOnly: true },
				{ hostPath: "/etc/a", volumeName: "ignored", containerPath: "/a" },
				{ containerPath: "/scratch" },
				{ fromContainer: "other" },
			],
			mounts: [
				{
					type: "volume",
					target: "/m",
					source: "vol",
					readOnly: true,
					volumeOptions: {
						noCopy: true,
						driverName: "local",
						driverOptions: { o: "uid=1" },
						labels: [{ label: "a", value: "b" }],
					},
				},
				{
					type: "bind",
					target: "/b",
					source: "/host",
					bindOptions: { propagation: "rslave" },
				},
				{
					type: "tmpfs",
					target: "/t",
					tmpfsOptions: { sizeBytes: 1024, mode: 0o700 },
				},
			],
			tmpfs: { "/tmp": "size=1m" },
			capabilities: { adds: ["CHOWN"], drops: ["ALL"] },
			securityOpts: ["no-new-privileges:true"],
			readOnly: true,
			init: true,
			memory: 64,
			memorySwap: -1,
			memoryReservation: 32,
			shmSize: 16,
			cpus: "1.5",
			cpuShares: 512,
			restart: "on-failure",
			maxRetryCount: 3,
			hosts: [{ host: "registry", ip: "192.0.2.1" }],
			dns: ["192.0.2.53"],
			ulimits: [{ name: "nofile", soft: 1, hard: 2 }],
			logDriver: "json-file",
			logOpts: { "max-size": "1m" },
			networkMode: "bridge",
		}),
	).toEqual({
		name: "web",
		Image: "sha256:1",
		Cmd: ["serve"],
		Entrypoint: ["/bin/registry"],
		Env: ["A=1"],
		Labels: { tier: "prod" },
		User: "1000:1000",
		Hostname: "web",
		WorkingDir: "/srv",
		StopSignal: "SIGQUIT",
		StopTimeout: 30,
		Tty: false,
		OpenStdin: false,
		Healthcheck: {
			Test: ["CMD", "true"],
			Interval: 90_000_000_000,
			Timeout: 500_000_000,
			StartPeriod: 0,
			StartInterval: 0,
			Retries: 3,
		},
		ExposedPorts: { "80/tcp": {}, "53/udp": {} },
		Volumes: { "/scratch": {} },
		HostConfig: {
			PortBindings: {
				"80/tcp": [
					{ HostIp: "127.0.0.1", HostPort: "8080" },
					{ HostIp: "127.0.0.2", HostPort: "" },
				],
				"53/udp": [{ HostIp: "0.0.0.0", HostPort: "" }],
			},
			Binds: ["store:/store:ro", "/etc/a:/a:rw"],
			VolumesFrom: ["other"],
			Mounts: [
				{
					Type: "volume",
					Target: "/m",
					Source: "vol",
					ReadOnly: true,
					VolumeOptions: {
						NoCopy: true,
						Labels: { a: "b" },
						DriverConfig: { Name: "local", Options: { o: "uid=1" } },
					},
				},
				{
					Type: "bind",
					Target: "/b",
					Source: "/host",
					ReadOnly: false,
					BindOptions: { Propagation: "rslave" },
				},
				{
					Type: "tmpfs",
					Target: "/t",
					Source: "",
					ReadOnly: false,
					TmpfsOptions: { SizeBytes: 1024, Mode: 448 },
				},
			],
			Tmpfs: { "/tmp": "size=1m" },
			CapAdd: ["CHOWN"],
			CapDrop: ["ALL"],
			SecurityOpt: ["no-new-privileges:true"],
			ReadonlyRootfs: true,
			Privileged: false,
			PublishAllPorts: false,
			Init: true,
			Memory: 64 * 1024 * 1024,
			MemorySwap: -1,
			MemoryReservation: 32 * 1024 * 1024,
			ShmSize: 16 * 1024 * 1024,
			NanoCpus: 1_500_000_000,
			CpuShares: 512,
			RestartPolicy: { Name: "on-failure", MaximumRetryCount: 3 },
			ExtraHosts: ["registry:192.0.2.1"],
			Dns: ["192.0.2.53"],
			Ulimits: [{ Name: "nofile", Soft: 1, Hard: 2 }],
			LogConfig: { Type: "json-file", Config: { "max-size": "1m" } },
			NetworkMode: "bridge",
		},
	});
});

test("an update tells the engine the limits and the restart policy, and leaves alone what is not given", () => {
	expect(
		updateOptions({
			image: "a",
			memory: 64,
			memorySwap: 128,
			restart: "always",
		}),
	).toEqual({
		Memory: 64 * 1024 * 1024,
		MemorySwap: 128 * 1024 * 1024,
		RestartPolicy: { Name: "always", MaximumRetryCount: 0 },
	});
});
