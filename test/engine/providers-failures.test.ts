import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
	BUSYBOX_IMAGE,
	buildBusyboxImage,
	docker,
	leftOvers,
} from "./busybox.ts";
import { type TestStack, testStack } from "./engine.ts";

let stack: TestStack;

beforeAll(async () => {
	await buildBusyboxImage();
	stack = await testStack(`
		import * as docker from "@pulumi/docker";
		import * as pulumi from "@pulumi/pulumi";
		const image = "${BUSYBOX_IMAGE}";
		const change = JSON.parse(process.env.CHANGE ?? "{}");
		if (process.env.SECRET) change.envs = [pulumi.secret(process.env.SECRET)];
		new docker.Container("pf-container", { image, ...change });
	`);
});
afterAll(() => stack.remove());

const change = (inputs: object) => ({
	env: { CHANGE: JSON.stringify(inputs) },
});

describe("is refused before anything is made:", () => {
	test.each([
		[
			{ ports: [{ internal: 80, extrenal: 8080 }] },
			'unknown property "extrenal"; known are external, internal, ip, protocol',
		],
		[
			{ gpus: "all" },
			'the stand-in for the docker plugin does not implement "gpus"; leave it out, or install the official plugin docker 5.2.0',
		],
		[
			{ networksAdvanced: [{ name: "bridge", gwPriority: 1 }] },
			'the stand-in for the docker plugin does not implement "gwPriority"',
		],
		[
			{ rm: true },
			"expected false, the only value the stand-in implements, got true",
		],
		[{ memory: "64m" }, 'expected a whole number, got "64m"'],
		[
			{ restart: "sometimes" },
			'expected one of no, on-failure, always, unless-stopped, got "sometimes"',
		],
		[
			{ uploads: [{ file: "/a", content: "x", permissions: "400" }] },
			'expected a value matching ^0[0-7]{3}$, got "400"',
		],
		[{ ports: [{ external: 80 }] }, "missing required property"],
		[{ start: false }, 'a container with "start: false" does not run'],
	])("%j", async (inputs, message) => {
		const { output, steps } = await stack.failingUp(change(inputs));
		expect(steps).toEqual([]);
		expect(output).toContain(message);
	});
});

describe("fails in words that help, and leaves nothing behind:", () => {
	test.each([
		[
			{ command: ["sh", "-c", "echo no such table; exit 3"] },
			"container exited immediately with code 3; its last output:\n    no such table",
		],
		[
			{ command: ["nonsense"] },
			'exec: "nonsense": executable file not found in $PATH',
		],
		[
			{ readOnly: true, uploads: [{ file: "/etc/a", content: "x" }] },
			"Unable to upload volume content: container rootfs is marked read-only",
		],
		[
			{ uploads: [{ file: "/etc/a", content: "" }] },
			"error with upload content: one of 'content', 'content_base64', or 'source' must be set",
		],
		[
			{ networksAdvanced: [{ name: "pf-nowhere" }] },
			"network pf-nowhere not found",
		],
		[
			{ wait: true, command: ["sleep", "60"] },
			'"wait" needs a health check, and neither the container nor its image has one',
		],
		[
			{ image: "127.0.0.1:9/team/app:1" },
			'unable to create container with image 127.0.0.1:9/team/app:1: unable to pull image 127.0.0.1:9/team/app:1: Get "http',
		],
		[
			{ image: `sha256:${"0".repeat(64)}` },
			"this is an image id, and the engine has no such image",
		],
	])("%j", async (inputs, message) => {
		const { output } = await stack.failingUp(change(inputs));
		expect(output.replaceAll("\r", "")).toContain(message);
		expect(await leftOvers("pf-")).toEqual([]);
	});

	test("a port that is taken", async () => {
		const server = createServer().listen(0, "127.0.0.1");
		await new Promise((resolve) => server.once("listening", resolve));
		const { port = 0 } = server.address() as { port: number };
		try {
			const ports = [{ internal: 80, external: port, ip: "127.0.0.1" }];
			const { output } = await stack.failingUp(change({ ports }));
			expect(output).toContain("unable to start container: ");
			expect(output).toContain("address already in use");
			expect(await leftOvers("pf-")).toEqual([]);
		} finally {
			server.close();
		}
	});

	test("a secret that the engine quotes is not shown", async () => {
		const { output } = await stack.failingUp({
			env: {
				SECRET: "TOKEN=correct-horse",
				CHANGE: JSON.stringify({
					command: ["sh", "-c", 'echo "TOKEN=$TOKEN"; exit 1'],
				}),
			},
		});
		expect(output).toContain("its last output:\n    [secret]");
		expect(output).not.toContain("correct-horse");
	});
});

test("a container that does not become healthy stays, and the next update replaces it", async () => {
	const probe = (command: string) =>
		change({
			command: ["sleep", "600"],
			healthcheck: {
				tests: ["CMD-SHELL", command],
				interval: "500ms",
				retries: 1,
			},
			wait: true,
			waitTimeout: 3,
		});
	const sick = probe("echo no answer; false");
	const { output } = await stack.failingUp(sick);
	expect(output).toContain(
		"container failed to be in healthy state within 3 s: the last health check exited with code 1: no answer",
	);
	const [first] = await leftOvers("pf-");
	expect((await docker.getContainer(first ?? "").inspect()).State.Running).toBe(
		true,
	);

	const { steps } = await stack.up(probe("true"));
	expect(steps).toEqual([
		"delete-replaced pf-container",
		"replace pf-container",
		"create-replacement pf-container",
	]);
	const [second, ...others] = await leftOvers("pf-");
	expect(second).not.toBe(first);
	expect(others).toEqual([]);
	expect((await stack.up(probe("true"))).steps).toEqual([]);
});

test("memory without memorySwap is a change at the second update, as the engine chooses a swap", async () => {
	const limited = change({ command: ["sleep", "700"], memory: 64 });
	await stack.up(limited);
	const { steps, changes } = await stack.up(limited);
	expect(steps).toEqual(["update pf-container"]);
	expect(changes).toEqual({ "pf-container": ["memorySwap"] });
});

test("an explicit name is taken as it is, and a replacement under it removes the old container first", async () => {
	const named = (command: string) =>
		change({ name: "pf-explicit", command: ["sleep", command] });
	await stack.up(named("600"));
	expect(await leftOvers("pf-")).toEqual(["pf-explicit"]);
	const { steps } = await stack.up(named("601"));
	expect(steps).toEqual([
		"delete-replaced pf-container",
		"replace pf-container",
		"create-replacement pf-container",
	]);
	expect(await leftOvers("pf-")).toEqual(["pf-explicit"]);
});

test("destroy succeeds when the container is gone already", async () => {
	await docker.getContainer("pf-explicit").remove({ force: true });
	expect((await stack.destroy()).steps).toEqual(["delete pf-container"]);
});
