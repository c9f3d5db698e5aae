import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
	BUSYBOX_IMAGE,
	buildBusyboxImage,
	docker,
	inContainer,
	leftOvers,
} from "./busybox.ts";
import { type TestStack, testStack } from "./engine.ts";

interface Outputs {
	readonly names: {
		readonly server: string;
		readonly writer: string;
		readonly inner: string;
		readonly outer: string;
		readonly volume: string;
	};
	readonly port: number;
	readonly networks: readonly string[];
	readonly writerExitCode: number;
	readonly password: string;
}

// One server behind two networks, configured by a container that is only created, as the dev stack does it.
const PROGRAM = `
	import * as docker from "@pulumi/docker";
	import * as pulumi from "@pulumi/pulumi";
	import * as random from "@pulumi/random";
	const { CONTENT = "v1", RESTART = "unless-stopped", CPU_SHARES = "512", INTERVAL = "1s" } = process.env;
	const password = new random.RandomPassword("pt-password", { length: 24, special: false }).result;
	const inner = new docker.Network("pt-inner", { internal: true, labels: [{ label: "tier", value: "prod" }] });
	const outer = new docker.Network("pt-outer");
	const volume = new docker.Volume("pt-config", { labels: [{ label: "tier", value: "prod" }] });
	const image = new docker.RemoteImage("pt-image", { name: "${BUSYBOX_IMAGE}", keepLocally: true });
	const writer = new docker.Container("pt-writer", {
		image: image.imageId, start: false, mustRun: false,
		volumes: [{ volumeName: volume.name, containerPath: "/config" }],
		uploads: [
			{ file: "/config/index.html", content: CONTENT, executable: true },
			{ file: "/config/secret", content: pulumi.interpolate\`password: \${password}\`, permissions: "0400" },
			{ file: "/config/binary", contentBase64: "AAEC" },
		],
	});
	const server = new docker.Container("pt-server", {
		image: image.imageId,
		command: ["httpd", "-f", "-p", "8080", "-h", "/config"],
		labels: [{ label: "b", value: writer.id }, { label: "a", value: "1" }],
		envs: ["Z=1", pulumi.interpolate\`PASSWORD=\${password}\`],
		volumes: [{ volumeName: volume.name, containerPath: "/config", readOnly: true }],
		networksAdvanced: [{ name: outer.name }, { name: inner.name, aliases: ["web", "config"] }],
		ports: [{ internal: 8080, ip: "127.0.0.1" }],
		tmpfs: { "/scratch": "size=1m" },
		user: "0:0", readOnly: true, init: true, hostname: "pt", workingDir: "/config",
		capabilities: { drops: ["ALL"] }, securityOpts: ["no-new-privileges:true"],
		memory: 64, memorySwap: 64, cpuShares: Number(CPU_SHARES), restart: RESTART,
		logDriver: "json-file", logOpts: { "max-size": "1m" },
		ulimits: [{ name: "nofile", soft: 512, hard: 1024 }],
		hosts: [{ host: "registry.example", ip: "192.0.2.1" }],
		stopSignal: "SIGTERM", stopTimeout: 3, destroyGraceSeconds: 1,
		healthcheck: { tests: ["CMD", "wget", "-q", "-O", "-", "http://127.0.0.1:8080/"], interval: INTERVAL, timeout: "2s", retries: 3 },
		wait: true, waitTimeout: 30,
	});
	export const outputs = {
		names: { server: server.name, writer: writer.name, inner: inner.name, outer: outer.name, volume: volume.name },
		port: server.ports.apply((ports) => ports[0].external),
		networks: server.networkDatas.apply((networks) => networks.map((network) => network.networkName).sort()),
		writerExitCode: writer.exitCode,
		password,
	};
`;

let stack: TestStack;

const outputs = async () =>
	(await stack.outputs<{ outputs: Outputs }>()).outputs;

beforeAll(async () => {
	await buildBusyboxImage();
	stack = await testStack(PROGRAM);
	await stack.up();
});
afterAll(() => stack.remove());

describe("what is made", () => {
	test("is named after the resource with seven hex digits", async () => {
		const { names } = await outputs();
		expect(names.server).toMatch(/^pt-server-[0-9a-f]{7}$/);
		expect(names.inner).toMatch(/^pt-inner-[0-9a-f]{7}$/);
		expect(names.volume).toMatch(/^pt-config-[0-9a-f]{7}$/);
	});

	test("is a container as the program describes it", async () => {
		const { names } = await outputs();
		const { HostConfig, Config, NetworkSettings, State } = await docker
			.getContainer(names.server)
			.inspect();
		expect(State.Health?.Status).toBe("healthy");
		expect(HostConfig).toMatchObject({
			ReadonlyRootfs: true,
			CapDrop: ["ALL"],
			SecurityOpt: ["no-new-privileges:true"],
			Memory: 64 * 1024 * 1024,
			MemorySwap: 64 * 1024 * 1024,
			CpuShares: 512,
			RestartPolicy: { Name: "unless-stopped", MaximumRetryCount: 0 },
			Init: true,
			Tmpfs: { "/scratch": "size=1m" },
			ExtraHosts: ["registry.example:192.0.2.1"],
			Ulimits: [{ Name: "nofile", Soft: 512, Hard: 1024 }],
			LogConfig: { Type: "json-file", Config: { "max-size": "1m" } },
			Binds: [`${names.volume}:/config:ro`],
		});
		expect(Config).toMatchObject({
			User: "0:0",
			Hostname: "pt",
			WorkingDir: "/config",
			StopSignal: "SIGTERM",
			StopTimeout: 3,
		});
		expect(Object.keys(NetworkSettings.Networks).sort()).toEqual([
			names.inner,
			names.outer,
		]);
		expect(NetworkSettings.Networks[names.inner]?.Aliases?.slice(0, 2)).toEqual(
			["web", "config"],
		);
	});

	test("answers on the port of the host that the outputs name", async () => {
		const { port } = await outputs();
		const answer = await fetch(`http://127.0.0.1:${port}/`);
		expect(await answer.text()).toBe("v1");
	});

	test("has its files with their modes, owned by root", async () => {
		const { names, password } = await outputs();
		const list = (await inContainer(names.server, ["ls", "-ln", "/config"]))
			.split(/\r?\n/)
			.filter((line) => line.startsWith("-"))
			.map((line) => line.split(/\s+/))
			.map(([mode, , user, group, size, , , , file]) =>
				[mode, user, group, size, file].join(" "),
			);
		expect(list).toEqual([
			"-rw-r--r-- 0 0 3 binary",
			"-rwxr--r-- 0 0 2 index.html",
			`-r-------- 0 0 ${"password: ".length + 24} secret`,
		]);
		const secret = await inContainer(names.server, ["cat", "/config/secret"]);
		expect(secret).toBe(`password: ${password}`);
	});

	test("has outputs for what the program leaves to the engine", async () => {
		const { names, networks, writerExitCode } = await outputs();
		expect(networks).toEqual([names.inner, names.outer]);
		expect(writerExitCode).toBe(0);
	});

	test("keeps secrets out of the exported state", async () => {
		const { password } = await outputs();
		expect(await stack.exported()).not.toContain(password);
	});
});

describe("an unchanged program", () => {
	test("changes nothing", async () => {
		expect((await stack.up()).steps).toEqual([]);
		expect((await stack.up({ refresh: true })).steps).toEqual([]);
		await stack.expectNoDrift();
	});
});

describe("a change", () => {
	test("of limits and restart policy updates the container in place", async () => {
		const before = await outputs();
		const env = { RESTART: "always", CPU_SHARES: "256" };
		const { steps, changes } = await stack.up({ env });
		expect(steps).toEqual(["update pt-server"]);
		expect(changes).toEqual({ "pt-server": ["cpuShares", "restart"] });
		const { HostConfig } = await docker
			.getContainer(before.names.server)
			.inspect();
		expect(HostConfig.CpuShares).toBe(256);
		expect(HostConfig.RestartPolicy?.Name).toBe("always");
		expect(await outputs()).toEqual(before);
		expect((await stack.up({ env, refresh: true })).steps).toEqual([]);
	});

	test("of the health check only goes into the state, and says so", async () => {
		const env = { RESTART: "always", CPU_SHARES: "256", INTERVAL: "2s" };
		const { steps, changes, output } = await stack.up({ env });
		expect(steps).toEqual(["update pt-server"]);
		expect(changes).toEqual({ "pt-server": ["healthcheck.interval"] });
		expect(output).toContain(
			'"healthcheck" of a container cannot change while it exists',
		);
		expect((await stack.up({ env })).steps).toEqual([]);
	});

	test("of an uploaded file replaces the writer and the server, the old one first", async () => {
		const before = await outputs();
		const { steps, changes } = await stack.up({ env: { CONTENT: "v2" } });
		expect(changes["pt-writer"]).toEqual(["uploads[0]"]);
		expect(steps).toEqual([
			"delete-replaced pt-server",
			"delete-replaced pt-writer",
			"replace pt-writer",
			"create-replacement pt-writer",
			"replace pt-server",
			"create-replacement pt-server",
		]);
		const { names, port } = await outputs();
		expect(names.volume).toBe(before.names.volume);
		expect(names.server).not.toBe(before.names.server);
		const answer = await fetch(`http://127.0.0.1:${port}/`);
		expect(await answer.text()).toBe("v2");
		expect((await stack.up({ env: { CONTENT: "v2" } })).steps).toEqual([]);
	});
});

describe("drift", () => {
	const env = { CONTENT: "v2" };

	test("of a limit is put right by the next update after a refresh", async () => {
		const { names } = await outputs();
		await docker.getContainer(names.server).update({ CpuShares: 100 });
		expect((await stack.up({ env })).steps).toEqual([]);
		const { steps, changes } = await stack.up({ env, refresh: true });
		expect(steps).toEqual(["update pt-server"]);
		expect(changes).toEqual({ "pt-server": ["cpuShares"] });
	});

	test("of a stopped container makes it anew, and only after a refresh", async () => {
		const { names } = await outputs();
		await docker.getContainer(names.server).stop({ t: 0 });
		expect((await stack.up({ env })).steps).toEqual([]);
		const { steps, output } = await stack.up({ env, refresh: true });
		expect(steps).toEqual(["create pt-server"]);
		expect(output).toContain(
			`container ${names.server} is to run and had stopped (exit code `,
		);
	});

	test("of removed containers, networks and volumes makes them anew", async () => {
		const { names } = await outputs();
		await docker.getContainer(names.server).remove({ force: true });
		await docker.getContainer(names.writer).remove({ force: true });
		await docker.getNetwork(names.outer).remove();
		await docker.getVolume(names.volume).remove();
		const { steps } = await stack.up({ env, refresh: true });
		expect(steps.toSorted()).toEqual([
			"create pt-config",
			"create pt-outer",
			"create pt-server",
			"create pt-writer",
		]);
		expect((await stack.up({ env, refresh: true })).steps).toEqual([]);
	});
});

test("destroy leaves nothing but the image that is to be kept", async () => {
	await stack.destroy();
	expect(await leftOvers("pt-")).toEqual([]);
	expect((await docker.getImage(BUSYBOX_IMAGE).inspect()).Id).toMatch(
		/^sha256:/,
	);
});
