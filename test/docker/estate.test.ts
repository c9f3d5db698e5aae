import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { runCaptured } from "../../toolchain/process.ts";
import { runningContainer } from "../../toolchain/stack-containers.ts";
import { writeIndexLayout } from "../smoke/images.ts";
import { changedResources } from "./changed-resources.ts";
import { exposedPlaces, secretsOf } from "./exposure.ts";
import { signAsCi } from "./sign-as-ci.ts";
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
				"anonymous, developer, cleaner",
				"not needed",
			],
			[
				"ci-tests",
				"localhost:5202",
				"ci",
				"anonymous, developer, ci, cleaner",
				"npm run login -- <who> ci-tests",
			],
			[
				"ci-snapshots",
				"localhost:5203",
				"ci",
				"anonymous, developer, ci, promoter, cleaner",
				"npm run login -- <who> ci-snapshots",
			],
			[
				"prod",
				"localhost:5204",
				"nobody",
				"developer, ci, backup, consumer, cache",
				"npm run login -- <who> prod",
			],
			[
				"archive",
				"localhost:5205",
				"archiver",
				"anonymous, developer, ci, archiver, backup, cache",
				"npm run login -- <who> archive",
			],
			["prod-rw", "not published", "promoter", "promoter"],
			[
				"prod-eu",
				"localhost:5211",
				"nobody",
				"anonymous, developer, ci, consumer",
				"npm run login -- <who> prod-eu",
			],
			[
				"archive-eu",
				"localhost:5212",
				"nobody",
				"anonymous, developer, ci, consumer",
				"npm run login -- <who> archive-eu",
			],
			[
				"prod-us",
				"localhost:5221",
				"nobody",
				"anonymous, developer, ci, consumer",
				"npm run login -- <who> prod-us",
			],
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

// It stops every part of the estate in turn, and all of home twice.
const SMOKE_MS = 900_000;

describe("smoke", () => {
	test("real images go through, the access table holds, home may be away, no part takes others along", {
		timeout: SMOKE_MS,
	}, async () => {
		const { stdout } = succeeded(await stack.npm("smoke"));
		expect(stdout.trimEnd().split("\n").at(-1)).toMatch(
			/^smoke: \d+ passed, 0 failed$/,
		);
	});

	test("leaves every resource as it was", async () => {
		succeeded(await stack.npm("preview", ["--expect-no-changes"]));
	});
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

test("down leaves no container, network or volume", async () => {
	succeeded(await stack.npm("down"));
	expect(await leftovers(stack.name)).toEqual([]);
});

async function pushSnapshot(): Promise<{ name: string; digest: string }> {
	const name = "team/scheduled";
	const password = succeeded(
		await stack.npm("password", ["ci", "ci-snapshots"]),
	).stdout;
	const { folder, digest, dispose } = await writeIndexLayout();
	succeeded(
		await runCaptured("skopeo", [
			"copy",
			"--all",
			"--preserve-digests",
			"--dest-tls-verify=false",
			`--dest-creds=ci:${password}`,
			`oci:${folder}`,
			`docker://localhost:5203/${name}:main-1-0a1b2c3`,
		]),
	);
	dispose();
	await signAsCi(stack, `localhost:5203/${name}@${digest}`);
	return { name, digest };
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
