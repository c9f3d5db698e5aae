import { describe, expect, test } from "vitest";
import { estateOnDocker } from "./estate.ts";
import { deploy, plain, type Registered } from "./harness.ts";

const CONTAINER = "docker:index/container:Container";

interface ContainerInputs {
	readonly readOnly: boolean;
	readonly capabilities: {
		readonly drops: readonly string[];
		readonly adds?: unknown;
	};
	readonly securityOpts: readonly string[];
	readonly memory?: number;
	readonly memorySwap?: number;
	readonly start?: boolean;
	readonly restart: string;
	readonly healthcheck?: unknown;
	readonly wait?: boolean;
	readonly privileged?: boolean;
	readonly envs?: readonly string[];
	readonly command?: readonly string[];
	readonly networkMode?: string;
	readonly ports?: readonly {
		readonly ip?: string;
		readonly external?: number;
	}[];
	readonly volumes?: readonly {
		readonly volumeName?: string;
		readonly hostPath?: string;
		readonly containerPath: string;
		readonly readOnly?: boolean;
	}[];
	readonly uploads?: readonly {
		readonly file: string;
		readonly permissions?: string;
	}[];
	readonly networksAdvanced?: readonly {
		readonly name: string;
		readonly aliases: readonly string[];
	}[];
	readonly image: string;
}

const { resources } = await deploy(() => estateOnDocker());
const containers = resources
	.filter(({ type }) => type === CONTAINER)
	.map(({ name, inputs }: Registered) => ({
		name,
		inputs: plain(inputs) as ContainerInputs,
	}));
const running = containers.filter(({ inputs }) => inputs.start !== false);

describe("every container", () => {
	test("has no capability, cannot gain privileges, and is not privileged", () => {
		for (const { name, inputs } of containers) {
			expect({ name, ...inputs }).toMatchObject({
				name,
				capabilities: { drops: ["ALL"] },
				securityOpts: ["no-new-privileges"],
			});
			expect(inputs.capabilities.adds).toBe(undefined);
			expect(inputs.privileged ?? false).toBe(false);
		}
	});

	test("starts from an image by its id", () => {
		for (const { inputs } of containers) {
			expect(inputs.image).toMatch(/^sha256:/);
		}
	});

	test("mounts volumes alone, never a folder or the engine's socket", () => {
		for (const { inputs } of containers) {
			for (const { hostPath, volumeName } of inputs.volumes ?? []) {
				expect(hostPath).toBe(undefined);
				expect(volumeName).toBeTruthy();
			}
		}
	});
});

describe("every running container", () => {
	test("has a read-only root, limits, a health check that `up` waits for, and comes back", () => {
		for (const { name, inputs } of running) {
			expect({
				name,
				readOnly: inputs.readOnly,
				swap: inputs.memorySwap === inputs.memory,
				limited: (inputs.memory ?? 0) > 0,
				checked: inputs.healthcheck !== undefined,
				wait: inputs.wait,
				restart: inputs.restart,
			}).toEqual({
				name,
				readOnly: true,
				swap: true,
				limited: true,
				checked: true,
				wait: true,
				restart: "unless-stopped",
			});
		}
	});

	test("publishes ports on the loopback interface alone, and only fronts do, and what plays Docker Hub", () => {
		const published = running.flatMap(({ name, inputs }) =>
			(inputs.ports ?? []).map(
				({ ip, external }) => `${name} ${ip}:${external}`,
			),
		);
		expect(published.sort()).toEqual([
			"docker-hub-server 127.0.0.1:5107",
			"eu-front-server 127.0.0.1:5111",
			"eu-front-server 127.0.0.1:5112",
			"home-front-server 127.0.0.1:5101",
			"home-front-server 127.0.0.1:5102",
			"home-front-server 127.0.0.1:5103",
			"home-front-server 127.0.0.1:5104",
			"home-front-server 127.0.0.1:5105",
			"home-front-server 127.0.0.1:5106",
			"us-front-server 127.0.0.1:5121",
		]);
	});

	test("has no password in its environment, command or labels", () => {
		for (const { inputs } of running) {
			expect(JSON.stringify(inputs)).not.toContain("password of");
		}
	});
});

describe("a container that carries files", () => {
	test("never runs, has no network, and gives the files to root alone, scripts among them", () => {
		const writers = containers.filter(({ inputs }) => inputs.start === false);
		expect(writers.length).toBeGreaterThan(8);
		for (const { inputs } of writers) {
			expect(inputs.networkMode).toBe("none");
			for (const { permissions } of inputs.uploads ?? []) {
				expect(permissions).toMatch(/^0[45]00$/);
			}
		}
	});
});

describe("the Prod pair", () => {
	test("shares one volume, which the public half cannot write", () => {
		const store = (name: string) =>
			running
				.find((c) => c.name === name)
				?.inputs.volumes?.find((v) => v.containerPath === "/var/lib/registry");
		expect(store("prod-rw-server")).toEqual({
			volumeName: "prod-storage-1234567",
			containerPath: "/var/lib/registry",
			readOnly: false,
		});
		expect(store("prod-ro-server")).toEqual({
			volumeName: "prod-storage-1234567",
			containerPath: "/var/lib/registry",
			readOnly: true,
		});
	});
});

test("networks hold exactly the members of the topology", () => {
	const members = new Map<string, string[]>();
	for (const { name, inputs } of running) {
		for (const { name: network } of inputs.networksAdvanced ?? []) {
			const list = members.get(network) ?? [];
			members.set(network, [...list, name]);
		}
	}
	expect(
		Object.fromEntries([...members].map(([n, list]) => [n, list.sort()])),
	).toEqual({
		"archive-network-1234567": [
			"archive-server",
			"home-front-server",
			"home-gate-server",
		],
		"archive-eu-network-1234567": [
			"archive-eu-server-0",
			"archive-eu-server-1",
			"eu-front-server",
			"eu-gate-server",
		],
		"ci-snapshots-network-1234567": [
			"ci-pool-snapshots-server",
			"home-front-server",
			"home-gate-server",
		],
		"ci-tests-network-1234567": [
			"ci-pool-tests-server",
			"home-front-server",
			"home-gate-server",
		],
		"edge-network-1234567": ["home-front-server"],
		"edge-eu-network-1234567": ["eu-front-server"],
		"edge-us-network-1234567": ["us-front-server"],
		"jobs-network-1234567": ["home-front-server", "jobs-server"],
		"leg-eu-network-1234567": ["eu-front-server", "home-front-server"],
		"leg-us-network-1234567": ["home-front-server", "us-front-server"],
		"prod-network-1234567": [
			"home-front-server",
			"home-gate-server",
			"prod-ro-server",
		],
		"prod-eu-network-1234567": [
			"eu-front-server",
			"eu-gate-server",
			"prod-eu-server-0",
			"prod-eu-server-1",
		],
		"prod-rw-network-1234567": [
			"prod-rw-server",
			"promotion-front-server",
			"promotion-gate-server",
		],
		"prod-us-network-1234567": [
			"prod-us-server-0",
			"prod-us-server-1",
			"us-front-server",
			"us-gate-server",
		],
		"promoter-network-1234567": ["home-front-server", "promoter-server"],
		"promotion-network-1234567": ["promoter-server", "promotion-front-server"],
		"sandbox-network-1234567": [
			"home-front-server",
			"home-gate-server",
			"sandbox-server",
		],
		"upstream-network-1234567": ["docker-hub-server", "jobs-server"],
	});
});

test("the networks of the fronts and of the archiver alone lead out of the estate", () => {
	const open = resources
		.filter(({ type }) => type === "docker:index/network:Network")
		.filter(({ inputs }) => inputs.internal !== true)
		.map(({ name }) => name);
	expect(open.sort()).toEqual([
		"edge-eu-network",
		"edge-network",
		"edge-us-network",
		"upstream-network",
	]);
});
