import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { runCaptured } from "../../toolchain/process.ts";
import { runningContainer } from "../../toolchain/stack-containers.ts";
import { exposedPlaces, secretsOf } from "./exposure.ts";
import { docker, leftovers, succeeded, testStack } from "./test-stack.ts";

const stack = testStack("test", 5201);
const consumer = ["--tls-verify=false"];

beforeAll(async () => {
	await stack.npm("down");
	const { stderr } = succeeded(await stack.npm("up"));
	expect(stderr).not.toContain("warning");
});
afterAll(async () => {
	await stack.npm("down");
	stack.dispose();
});

describe("up", () => {
	test("ends with a table of the tiers, their addresses and users", async () => {
		const { stdout } = succeeded(await stack.npm("up"));
		const rows = stdout
			.split("\n")
			.filter((line) => /localhost:52|not published/.test(line))
			.map((line) => line.trim().split(/ {2,}/));
		expect(rows).toEqual([
			[
				"sandbox",
				"localhost:5201",
				"anonymous, developer",
				"anonymous, developer",
				"not needed",
			],
			[
				"ci-tests",
				"localhost:5202",
				"ci",
				"anonymous, developer, ci",
				"npm run login -- <who> ci-tests",
			],
			[
				"ci-snapshots",
				"localhost:5203",
				"ci",
				"anonymous, developer, ci, promoter",
				"npm run login -- <who> ci-snapshots",
			],
			[
				"prod",
				"localhost:5204",
				"nobody",
				"developer, ci, consumer",
				"npm run login -- <who> prod",
			],
			["prod-rw", "not published", "promoter", "promoter"],
		]);
	});

	test("a second time changes nothing", async () => {
		const { stdout } = succeeded(await stack.npm("up"));
		const summary = stdout.slice(stdout.indexOf("Resources:"));
		expect(summary).toMatch(/^Resources:\n {4}\d+ unchanged\n/);
		succeeded(await stack.npm("preview", ["--expect-no-changes"]));
	});

	test("puts a stopped container right", async () => {
		const { Id } = await runningContainer(docker, stack.name, "sandbox-server");
		await docker.getContainer(Id).stop({ t: 0 });
		await expect(
			runningContainer(docker, stack.name, "sandbox-server"),
		).rejects.toThrow("has no running sandbox-server");
		succeeded(await stack.npm("up"));
		await runningContainer(docker, stack.name, "sandbox-server");
	});
});

test("the main job works on real images with real clients", async () => {
	const { stdout } = succeeded(await stack.npm("smoke"));
	expect(stdout.trimEnd().split("\n").at(-1)).toMatch(
		/^smoke: \d+ passed, 0 failed$/,
	);
});

describe("secrets", () => {
	test("are found in no output, preview, log, environment, label or inspection", async () => {
		const secrets = await secretsOf(stack);
		expect(secrets.length).toBeGreaterThanOrEqual(20);
		expect(await exposedPlaces(stack, secrets)).toEqual([]);
	});

	test("would be found: a canary planted in an environment variable is", async () => {
		const canary = "canary-9f1c2b7a5d3e4f60";
		const container = await docker.createContainer({
			name: "estate-canary",
			Image: (await runningContainer(docker, stack.name, "sandbox-server"))
				.ImageID,
			Env: [`TOKEN=${canary}`],
			Labels: { "registry-tiers.stack": stack.name },
		});
		try {
			expect(await exposedPlaces(stack, [canary])).toEqual([
				"docker inspect estate-canary",
			]);
		} finally {
			await container.remove({ force: true });
		}
	});
});

describe("promotion on the schedule", () => {
	test("a manifest that `up` brings is promoted without further ado, and nothing else changes", async () => {
		const { name, digest } = await pushSnapshot();
		writeFileSync(
			join(stack.manifests, "app.yaml"),
			stringify({ images: [{ name, dmap: { [digest]: ["7.0.0"] } }] }),
		);
		const { stdout } = succeeded(await stack.npm("up"));
		expect(changedResources(stdout)).toEqual(["promoter-server-inbox-writer"]);
		expect(await inProdWithin(90_000, `${name}:7.0.0`)).toBe(digest);
	});
});

describe("what goes wrong", () => {
	test("a taken port is named with its key, before anything is touched", async () => {
		const other = testStack("other", 5211);
		const server = createServer();
		await new Promise<void>((done) =>
			server.listen(5212, "127.0.0.1", () => done()),
		);
		try {
			const { code, stderr } = await other.npm("up");
			expect(code).toBe(1);
			expect(stderr).toContain(
				"Pulumi.other.yaml:registry-tiers:estate.tiers.ci-tests.port: port in use on this machine, got 5212; expected a free port. Fix: stop what listens on 127.0.0.1:5212, or choose another port.",
			);
			expect(await leftovers("other")).toEqual([]);
		} finally {
			server.close();
			other.dispose();
		}
	});

	test("an invalid configuration is refused with every problem, before anything is touched", async () => {
		const other = testStack("other", 5211);
		const config = parse(readFileSync(other.configFile, "utf8"));
		config.config["registry-tiers:estate"].tiers.sandbox.port = 0;
		config.config["registry-tiers:estate"].tears = 1;
		writeFileSync(other.configFile, stringify(config));
		const { code, stderr } = await other.npm("up");
		expect({ code, stderr }).toEqual({
			code: 1,
			stderr: [
				"error: Pulumi.other.yaml does not describe an estate:",
				'  Pulumi.other.yaml:registry-tiers:estate.tears: unknown key, did you mean tiers?, got "tears"; expected one of platform | tiers | promotion. Fix: rename it to tiers.',
				"  Pulumi.other.yaml:registry-tiers:estate.tiers.sandbox.port: port out of range, got 0; expected a whole number from 1024 to 65535. Fix: choose a free port such as 5101.",
				"",
			].join("\n"),
		});
		other.dispose();
	});

	test("no Docker Engine: the message says what to do", async () => {
		const { code, stderr } = await stack.npm("up", [], {
			env: { DOCKER_HOST: "unix:///nowhere/docker.sock" },
		});
		expect({ code, stderr }).toEqual({
			code: 1,
			stderr:
				"error: no Docker Engine answers at DOCKER_HOST, got unix:///nowhere/docker.sock; expected a running engine. Fix: start it, or unset DOCKER_HOST to use the local one\n",
		});
	});

	test("a wrong passphrase: the message says what to do, and nothing is lost", async () => {
		const { code, stderr } = await stack.npm("up", [], {
			env: { PULUMI_CONFIG_PASSPHRASE: "wrong" },
		});
		expect(code).not.toBe(0);
		expect(stderr).toContain(
			"Fix: the stack 'test' was made with another passphrase",
		);
		succeeded(await stack.npm("preview", ["--expect-no-changes"]));
	});

	test("a run that is killed leaves a lock; the message says how to remove it, and the next run converges", async () => {
		const { Id } = await runningContainer(
			docker,
			stack.name,
			"home-gate-server",
		);
		await docker.getContainer(Id).remove({ force: true });
		await killMidway();
		const locked = await stack.npm("up");
		expect(locked.code).not.toBe(0);
		expect(locked.stderr).toContain(
			"Fix: if no other run is under way, a dead one left its lock: npm run pulumi -- cancel --yes --stack test",
		);
		succeeded(await stack.npm("pulumi", ["cancel", "--yes"]));
		succeeded(await stack.npm("up"));
		succeeded(await stack.npm("preview", ["--expect-no-changes"]));
	});
});

test("down leaves no container, network or volume", async () => {
	succeeded(await stack.npm("down"));
	expect(await leftovers(stack.name)).toEqual([]);
});

async function pushSnapshot(): Promise<{ name: string; digest: string }> {
	const name = "team/scheduled";
	const password = succeeded(
		await stack.npm("password", ["ci", "ci-snapshots"]),
	).stdout;
	const image = `docker://localhost:5203/${name}:main-1-0a1b2c3`;
	const creds = `--creds=ci:${password}`;
	succeeded(
		await runCaptured("skopeo", [
			"copy",
			"--dest-tls-verify=false",
			`--dest-creds=ci:${password}`,
			"docker-daemon:docker.io/library/nginx:1.28.0-alpine",
			image,
		]),
	);
	const { stdout } = succeeded(
		await runCaptured("skopeo", ["inspect", ...consumer, creds, image]),
	);
	return { name, digest: JSON.parse(stdout).Digest };
}

async function inProdWithin(ms: number, image: string): Promise<string> {
	const password = succeeded(
		await stack.npm("password", ["consumer", "prod"]),
	).stdout;
	const deadline = Date.now() + ms;
	for (;;) {
		const { code, stdout, stderr } = await runCaptured("skopeo", [
			"inspect",
			...consumer,
			`--creds=consumer:${password}`,
			`docker://localhost:5204/${image}`,
		]);
		if (code === 0) return JSON.parse(stdout).Digest;
		if (Date.now() > deadline) throw new Error(stderr);
		await new Promise((done) => setTimeout(done, 1_000));
	}
}

/** Names of the resources a run replaced, created, updated or deleted; looking at one is no change. */
function changedResources(stdout: string): readonly string[] {
	const steps = [
		...stdout.matchAll(/^ (?:\+|-|~|\+-|\+\+|--) +\S+ (\S+) (?!refresh)/gm),
	];
	return [...new Set(steps.map(([, name = ""]) => name))];
}

/** Starts `up` and kills the whole process group once Pulumi works on the containers. */
async function killMidway(): Promise<void> {
	const child = spawn(
		"npm",
		[
			"run",
			"--silent",
			"up",
			"--",
			"--stack",
			stack.name,
			"--config-file",
			stack.configFile,
		],
		{
			detached: true,
			stdio: ["ignore", "pipe", "ignore"],
			env: { ...process.env, XDG_STATE_HOME: join(stack.configFile, "..") },
		},
	);
	for await (const chunk of child.stdout) {
		if (String(chunk).includes("home-gate-server creating")) break;
	}
	process.kill(-(child.pid ?? 0), "SIGKILL");
}
