import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
	type RunningRegistry,
	startRegistry,
} from "../docker/registry-server.ts";
import { BUSYBOX_IMAGE, buildBusyboxImage, docker } from "./busybox.ts";
import { type TestStack, testStack } from "./engine.ts";

// A registry that only lets in who the stand-in for `random` gave a password, by its bcrypt hash.
let accounts: TestStack;
let registry: RunningRegistry;
let stack: TestStack;
let image: string;

interface Account {
	readonly password: string;
	readonly hash: string;
}

beforeAll(async () => {
	await buildBusyboxImage();
	accounts = await testStack(`
		import * as random from "@pulumi/random";
		const account = new random.RandomPassword("account", { length: 40 });
		export const outputs = { password: account.result, hash: account.bcryptHash };
	`);
	await accounts.up();
	const { outputs } = await accounts.outputs<{ outputs: Account }>();
	registry = await startRegistry({
		config: { auth: { htpasswd: { realm: "test", path: "/test/htpasswd" } } },
		files: { "/test/htpasswd": `puller:${outputs.hash}\n` },
	});
	image = `${registry.host}/team/busybox:1`;
	await push(image, outputs.password);
	stack = await testStack(`
		import * as docker from "@pulumi/docker";
		import * as pulumi from "@pulumi/pulumi";
		const { PASSWORD } = process.env;
		const provider = new docker.Provider("engine", {
			registryAuth: [{ address: "${registry.host}", username: "puller", password: pulumi.secret(PASSWORD) }],
		});
		const image = new docker.RemoteImage("image", { name: "${image}" }, { provider });
		const container = new docker.Container("pl-container", { image: "${image}", command: ["sleep", "600"] }, { provider, dependsOn: image });
		export const outputs = { digest: image.repoDigest, image: container.image };
	`);
});
afterAll(async () => {
	await stack.remove();
	await registry.stop();
	await accounts.remove();
});

async function push(name: string, password: string): Promise<void> {
	const [repo, tag] = [name.slice(0, name.lastIndexOf(":")), "1"];
	await docker.getImage(BUSYBOX_IMAGE).tag({ repo, tag });
	const authconfig = {
		username: "puller",
		password,
		serveraddress: registry.host,
	};
	const answer = await docker.getImage(name).push({ authconfig });
	const log = await text(answer);
	if (log.includes('"error"')) throw new Error(log);
	await docker.getImage(name).remove();
}

test("an image that is not here is not pulled with a wrong password", async () => {
	const { output } = await stack.failingUp({ env: { PASSWORD: "wrong" } });
	expect(output).toContain(`unable to pull image ${image}: `);
	expect(output).toContain("unauthorized");
});

test("an image that is not here is pulled with the provider's credentials, and has its digest", async () => {
	const { outputs } = await accounts.outputs<{ outputs: Account }>();
	const env = { PASSWORD: outputs.password };
	await stack.up({ env });
	const result = await stack.outputs<{
		outputs: { digest: string; image: string };
	}>();
	expect(result.outputs.digest).toMatch(
		new RegExp(`^${registry.host}/team/busybox@sha256:[0-9a-f]{64}$`),
	);
	// A container by the name of an image is not replaced while that name means the image it runs.
	expect(result.outputs.image).toBe(image);
	expect((await stack.up({ env, refresh: true })).steps).toEqual([]);
	expect(await stack.exported()).not.toContain(outputs.password);
});

test("destroy removes the image that was pulled", async () => {
	await stack.destroy();
	await expect(docker.getImage(image).inspect()).rejects.toThrow(
		"No such image",
	);
});
