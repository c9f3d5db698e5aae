import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { type Captured, runCaptured } from "../../toolchain/process.ts";
import { runningContainer } from "../../toolchain/stack-containers.ts";
import versions from "../../toolchain/versions.json" with { type: "json" };
import { NAME_LABEL, STACK_LABEL } from "../../topology/labels.ts";
import { legUrl } from "../../topology/names.ts";
import { changedResources } from "./changed-resources.ts";
import { docker, passwordsOf, succeeded, testStack } from "./test-stack.ts";

// What an operator does by hand, on an estate that has images.
const stack = testStack("operations", 5901);
const SANDBOX = "localhost:5901";
const ARCHIVE = "localhost:5905";
const DOCKER_HUB = "localhost:5907";
const ARCHIVE_EU = "localhost:5912";
const IMAGE = versions.images.nginx;
const KEPT = "docker.io/library/kept";

beforeAll(async () => {
	await stack.npm("down");
	succeeded(await stack.npm("up"));
	await push(IMAGE, `${SANDBOX}/scratch:1`);
	await push(IMAGE, `${DOCKER_HUB}/library/kept:1`);
});
afterAll(async () => {
	await stack.npm("down");
	stack.dispose();
});

const skopeo = (command: string, ...args: readonly string[]) =>
	runCaptured("skopeo", [command, ...args]);

async function push(local: string, to: string): Promise<void> {
	succeeded(
		await skopeo(
			"copy",
			"--dest-tls-verify=false",
			`docker-daemon:${local}`,
			`docker://${to}`,
		),
	);
}

/** What an image name points to; nothing when there is no such image. */
async function digestOf(image: string): Promise<string | undefined> {
	const { code, stdout } = await skopeo(
		"inspect",
		"--tls-verify=false",
		"--format={{.Digest}}",
		`docker://${image}`,
	);
	return code === 0 ? stdout.trim() : undefined;
}

const tagsOf = async (repository: string): Promise<readonly string[]> =>
	JSON.parse(
		succeeded(
			await skopeo("list-tags", "--tls-verify=false", `docker://${repository}`),
		).stdout,
	).Tags;

/** Ids of the stack's running containers, by resource. */
async function running(): Promise<ReadonlyMap<string, string>> {
	const filters = { label: [`${STACK_LABEL}=${stack.name}`] };
	const containers = await docker.listContainers({ filters });
	return new Map(
		containers.map(({ Labels, Id }) => [Labels[NAME_LABEL] ?? "", Id]),
	);
}

const replaced = (
	before: ReadonlyMap<string, string>,
	after: ReadonlyMap<string, string>,
) =>
	[...after]
		.filter(([name, id]) => before.get(name) !== id)
		.map(([name]) => name)
		.sort();

async function inJobs(script: string): Promise<Captured> {
	const { Id } = await runningContainer(docker, stack.name, "jobs-server");
	return runCaptured("docker", ["exec", Id, "sh", "-c", script]);
}

/** The one tag that keeps what `1` pointed to. */
async function backupTag(): Promise<string> {
	const kept = (await tagsOf(`${ARCHIVE}/${KEPT}`)).filter((tag) =>
		tag.startsWith("1-kept-"),
	);
	expect(kept).toHaveLength(1);
	return kept[0] ?? "";
}

describe("the Archive", () => {
	test("gets what a list names, and only the list reaches the jobs", async () => {
		writeFileSync(
			join(stack.lists, "base.yaml"),
			stringify({ images: [{ name: KEPT, tags: ["1"] }] }),
		);
		const { stdout } = succeeded(await stack.npm("up"));
		expect(changedResources(stdout)).toEqual(["jobs-server-inbox-writer"]);
		succeeded(await stack.npm("jobs", ["mirror"]));
		const upstream = await digestOf(`${DOCKER_HUB}/library/kept:1`);
		expect(upstream).toMatch(/^sha256:/);
		expect(await digestOf(`${ARCHIVE}/${KEPT}:1`)).toBe(upstream);
		expect(await digestOf(`${ARCHIVE_EU}/${KEPT}:1`)).toBe(upstream);
	});

	test("keeps what a tag pointed to when upstream moves it", async () => {
		const before = await digestOf(`${ARCHIVE}/${KEPT}:1`);
		await push(versions.images.node, `${DOCKER_HUB}/library/kept:1`);
		succeeded(await stack.npm("jobs", ["mirror", "run"]));
		expect(await digestOf(`${ARCHIVE}/${KEPT}:1`)).toBe(
			await digestOf(`${DOCKER_HUB}/library/kept:1`),
		);
		expect(await digestOf(`${ARCHIVE}/${KEPT}:${await backupTag()}`)).toBe(
			before,
		);
	});

	test("is not touched by a list with a mistake, which the status names until it is mended", async () => {
		const bad = join(stack.lists, "bad.yaml");
		writeFileSync(bad, stringify({ images: [{ name: "nginx", tags: ["1"] }] }));
		succeeded(await stack.npm("up"));
		const { code, stderr } = await stack.npm("jobs", ["mirror"]);
		expect(code).toBe(2);
		expect(stderr).toContain("bad.yaml");
		expect(stderr).toContain("docker.io/library/nginx");
		const status = await stack.npm("status");
		expect(status.code).toBe(1);
		expect(status.stdout).toContain("  mirror: bad.yaml:");
		rmSync(bad);
		succeeded(await stack.npm("up"));
		succeeded(await stack.npm("jobs", ["mirror"]));
		succeeded(await stack.npm("status"));
	});
});

describe("cleanup", () => {
	const sandboxTags = () => tagsOf(`${SANDBOX}/scratch`);

	test("leaves what it sees for the first time, and explains it", async () => {
		const { stdout } = succeeded(await stack.npm("jobs", ["cleanup", "plan"]));
		expect(stdout).toContain("scratch:1");
		succeeded(await stack.npm("jobs", ["cleanup"]));
		expect(await sandboxTags()).toEqual(["1"]);
	});

	test("removes a tag it has known for longer than the rule says", async () => {
		succeeded(
			await inJobs(
				"sed -i 's/\"20[0-9][0-9]-/\"2020-/' /state/ledger-sandbox.jsonl",
			),
		);
		succeeded(await stack.npm("jobs", ["cleanup", "run", "--dry-run"]));
		expect(await sandboxTags()).toEqual(["1"]);
		succeeded(await stack.npm("jobs", ["cleanup"]));
		expect(await digestOf(`${SANDBOX}/scratch:1`)).toBe(undefined);
	});
});

test("a reset Sandbox is empty, forgets the ages of its tags, and nothing else is touched", async () => {
	await push(IMAGE, `${SANDBOX}/scratch:2`);
	succeeded(await stack.npm("jobs", ["cleanup"]));
	const before = await running();
	succeeded(await stack.npm("sandbox", ["reset"]));
	expect(await digestOf(`${SANDBOX}/scratch:2`)).toBe(undefined);
	expect((await inJobs("cat /state/ledger-sandbox.jsonl")).code).not.toBe(0);
	expect(replaced(before, await running())).toEqual(["sandbox-server"]);
	await push(IMAGE, `${SANDBOX}/scratch:3`);
	succeeded(await stack.npm("preview", ["--expect-no-changes"]));
});

async function until(
	what: string,
	holds: () => Promise<boolean>,
): Promise<void> {
	const deadline = Date.now() + 60_000;
	while (!(await holds())) {
		if (Date.now() > deadline) throw new Error(`not within a minute: ${what}`);
		await sleep(500);
	}
}

async function homeIsBack(): Promise<void> {
	await until("the fronts of home are healthy", async () => {
		const { code } = await stack.npm("status");
		return code === 0;
	});
	// The breaker of a region's front does not ask home for a while after it was away.
	const { Id } = await runningContainer(docker, stack.name, "prod-eu-server-0");
	const url = `${legUrl("prod-leg.eu.test")}/v2/`;
	await until("eu finds home", async () => {
		const command = ["exec", Id, "wget", "-S", "-O", "/dev/null", url];
		const { stderr } = await runCaptured("docker", command);
		return stderr.includes("401 Unauthorized");
	});
}

describe("a region's caches", () => {
	test("are not emptied while home does not answer", async () => {
		const { Id } = await runningContainer(
			docker,
			stack.name,
			"home-front-server",
		);
		await docker.getContainer(Id).stop({ t: 0 });
		try {
			const { code, stderr } = await stack.npm("cache", ["reset", "eu"]);
			expect(code).toBe(1);
			expect(stderr).toContain(
				"error: home does not answer prod-eu: an empty cache could not be filled again. Fix: wait until home is back, or lose what is cached with --force",
			);
		} finally {
			await docker.getContainer(Id).start();
		}
		await homeIsBack();
	});

	test("are emptied one replica after the other, and every pull meanwhile succeeds", async () => {
		const warm = `${ARCHIVE_EU}/${KEPT}:1`;
		expect(await digestOf(warm)).toMatch(/^sha256:/);
		const before = await running();
		const failures: string[] = [];
		let pulls = 0;
		let ended = false;
		const loop = (async () => {
			while (!ended) {
				pulls += 1;
				if ((await digestOf(warm)) === undefined)
					failures.push(`pull ${pulls}`);
				await sleep(50);
			}
		})();
		succeeded(await stack.npm("cache", ["reset", "eu"]));
		ended = true;
		await loop;
		expect(failures).toEqual([]);
		expect(pulls).toBeGreaterThan(20);
		expect(replaced(before, await running())).toEqual([
			"archive-eu-server-0",
			"archive-eu-server-1",
			"prod-eu-server-0",
			"prod-eu-server-1",
		]);
	});
});

describe("status", () => {
	test("says that all is well, and how full every replica is", async () => {
		const { stdout } = succeeded(await stack.npm("status", ["--json"]));
		const { healthy, tiers, jobs } = JSON.parse(stdout);
		expect(healthy).toBe(true);
		expect(
			Object.fromEntries(
				tiers.map((tier: { tier: string; fill: unknown[] }) => [
					tier.tier,
					tier.fill.length,
				]),
			),
		).toMatchObject({ sandbox: 1, "prod-rw": 1, "prod-eu": 2, "prod-us": 2 });
		expect(jobs.map(({ job }: { job: string }) => job)).toEqual([
			"cleanup",
			"mirror",
			"promote",
		]);
	});

	test("names what is away, and the tiers that miss it", async () => {
		const { Id } = await runningContainer(
			docker,
			stack.name,
			"us-front-server",
		);
		await docker.getContainer(Id).stop({ t: 0 });
		try {
			const { code, stdout } = await stack.npm("status");
			expect(code).toBe(1);
			expect(stdout.match(/not well/g)).toHaveLength(1);
			expect(stdout).toMatch(/^ prod-us .* not well /m);
			expect(stdout).toContain("us-front-server is exited");
		} finally {
			await docker.getContainer(Id).start();
		}
	});
});

test("the demo brings an image from CI to a region, and leaves nothing on the machine", async () => {
	const { code, stdout, stderr } = await stack.npm("demo");
	expect(stderr).not.toContain("error:");
	expect(code).toBe(0);
	expect(stdout).toContain("\nhello from demo/hello 1.0.");
	expect(stdout).toContain("\ndenied: nobody pushes to prod: ");
	expect(stdout).toContain(
		"\n  a consumer in eu pulled it through the region's cache and ran it\n",
	);
	const passwords = Object.values(await passwordsOf(stack));
	expect(passwords.filter((secret) => stdout.includes(secret))).toEqual([]);
	expect(stdout).not.toContain("PRIVATE KEY");
	const images = await docker.listImages();
	expect(
		images
			.flatMap(({ RepoTags }) => RepoTags ?? [])
			.filter((name) => name.startsWith("localhost:59")),
	).toEqual([]);
});
