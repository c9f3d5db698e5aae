import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
	BUSYBOX_IMAGE,
	buildBusyboxImage,
	docker,
	leftOvers,
} from "./busybox.ts";
import { type TestStack, testStack } from "./engine.ts";

let stack: TestStack;

// `slow` never becomes healthy, so an update can be interrupted while it waits.
beforeAll(async () => {
	await buildBusyboxImage();
	stack = await testStack(`
		import * as docker from "@pulumi/docker";
		const { HOST, OTHER, SLOW } = process.env;
		const provider = new docker.Provider("pp-engine", {
			...(HOST && { host: HOST }),
			registryAuth: [{ address: "registry.example", username: "u", password: "p" }],
		});
		const options = { provider };
		new docker.Volume("pp-volume", {}, options);
		if (OTHER) new docker.Tag("pp-tag", { sourceImage: "a", targetImage: "b" }, options);
		if (SLOW) new docker.Container("pp-slow", {
			image: "${BUSYBOX_IMAGE}",
			healthcheck: { tests: ["CMD", "false"], interval: "1s", retries: 1000 },
			wait: true, waitTimeout: 600,
		}, options);
	`);
	await stack.up();
});
afterAll(() => stack.remove());

describe("an explicit provider", () => {
	test("goes to the engine it names", async () => {
		const { output } = await stack.failingUp({
			env: { HOST: "tcp://127.0.0.1:9" },
		});
		expect(output).toContain(
			'no Docker engine answers at tcp://127.0.0.1:9 (connect ECONNREFUSED 127.0.0.1:9): start it, or set the provider\'s "host" or DOCKER_HOST',
		);
	});

	test("reaches an engine by its socket, whatever DOCKER_HOST says", async () => {
		const env = {
			HOST: "unix:///var/run/docker.sock",
			DOCKER_HOST: "tcp://127.0.0.1:9",
		};
		const { steps } = await stack.up({ env });
		expect(steps).toEqual([]);
	});

	test("refuses an address it cannot use", async () => {
		const { output } = await stack.failingUp({
			env: { HOST: "ssh://user@host" },
		});
		expect(output).toContain('cannot use host "ssh://user@host"');
	});
});

test("a type it does not serve is an error that names those it serves", async () => {
	const { output } = await stack.failingUp({ env: { OTHER: "1" } });
	expect(output).toContain(
		"the stand-in for the docker plugin does not serve docker:index/tag:Tag; it serves docker:index/container:Container, docker:index/image:Image, docker:index/network:Network, docker:index/remoteImage:RemoteImage, docker:index/volume:Volume. Install the official plugin docker 5.2.0 to use it",
	);
});

describe("an update that is interrupted while a container is being made", () => {
	test("by the user leaves no container and no process", async () => {
		const update = stack.start({ env: { SLOW: "1" } });
		await containerExists();
		update.kill("SIGINT");
		await once(update, "exit");
		await allGone();
	});

	test("by the death of the engine leaves no container and no process", async () => {
		const update = stack.start({ env: { SLOW: "1" } });
		await containerExists();
		update.kill("SIGKILL");
		await allGone();
	});
});

const slowContainers = async () =>
	(await leftOvers("pp-slow")).filter((name) => name.startsWith("pp-slow"));

async function containerExists(): Promise<void> {
	await until(async () => {
		const [name] = await slowContainers();
		if (name === undefined) return false;
		return (await docker.getContainer(name).inspect()).State.Running;
	});
}

async function allGone(): Promise<void> {
	await until(async () => (await slowContainers()).length === 0);
	await until(async () => {
		const pids = await stack.providerPids();
		return (await Promise.all(pids.map(runsProvider))).every((runs) => !runs);
	});
}

// A process id can be another process by now.
async function runsProvider(pid: number): Promise<boolean> {
	const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(
		() => "",
	);
	return command.includes("toolchain/providers/");
}

async function until(condition: () => Promise<boolean>): Promise<void> {
	while (!(await condition())) await sleep(200);
}
