import { spawn } from "node:child_process";
import { join } from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";
import { runCaptured } from "../../toolchain/process.ts";
import { ROOT } from "../../toolchain/stack.ts";
import { FlakyEngine } from "./flaky-engine.ts";
import { leftovers, succeeded, testStack } from "./test-stack.ts";

const stack = testStack("half", 5401);
const engine = new FlakyEngine();

// Pulumi remembers the engine a stack was put up on, and takes it down there.
let env: Readonly<Record<string, string>> = {};

afterEach(async () => {
	succeeded(await stack.npm("down", [], { env }));
	expect(await leftovers(stack.name)).toEqual([]);
});

afterAll(async () => {
	await engine.stop();
	stack.dispose();
});

test("a first run that is killed leaves a lock; the message says how to remove it, and the next run converges", async () => {
	await killOnce("home-gate-server creating");
	expect((await leftovers(stack.name)).length).toBeGreaterThan(0);

	const locked = await stack.npm("up");
	expect(locked.code).not.toBe(0);
	expect(locked.stderr).toContain(
		"Fix: if no other run is under way, a dead one left its lock: npm run pulumi -- cancel --yes --stack half, then run this again; nothing is lost",
	);

	succeeded(await stack.npm("pulumi", ["cancel", "--yes"]));
	const { stdout } = succeeded(await stack.npm("up"));
	expect(stdout).not.toContain("pending operations");
	succeeded(await stack.npm("preview", ["--expect-no-changes"]));
});

test("an engine that stops half-way: the message says what to do, and the next run converges", async () => {
	await engine.start();
	env = { DOCKER_HOST: `unix://${engine.path}` };
	const failed = stack.npm("up", [], { env });
	await containersBeyond(3);
	await engine.stop();
	const { code, stderr } = await failed;
	expect(code).not.toBe(0);
	expect(stderr).toContain(
		"Fix: the Docker Engine stopped answering: start it, then run this again; it goes on where it stopped",
	);

	await engine.start();
	succeeded(await stack.npm("up", [], { env }));
	succeeded(await stack.npm("preview", ["--expect-no-changes"], { env }));
});

/** Starts `up` and, once it says so, kills it with all it has started, as a power cut would. */
async function killOnce(line: string): Promise<void> {
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
			cwd: ROOT,
			stdio: ["ignore", "pipe", "ignore"],
			env: { ...process.env, XDG_STATE_HOME: join(stack.configFile, "..") },
		},
	);
	for await (const chunk of child.stdout) {
		if (String(chunk).includes(line)) break;
	}
	for (const pid of await descendants(child.pid ?? 0)) {
		try {
			process.kill(pid, "SIGKILL");
		} catch {
			// It ended by itself when the one that started it did.
		}
	}
}

/** A process and all below it, whatever group they put themselves into. */
async function descendants(root: number): Promise<readonly number[]> {
	const { stdout } = await runCaptured("ps", ["-eo", "pid=,ppid="]);
	const rows = stdout
		.trim()
		.split("\n")
		.map((row) => row.trim().split(/\s+/).map(Number));
	const found = [root];
	for (const parent of found) {
		found.push(
			...rows.flatMap(([pid = 0, ppid]) => (ppid === parent ? [pid] : [])),
		);
	}
	return found;
}

async function containersBeyond(count: number): Promise<void> {
	for (;;) {
		const containers = (await leftovers(stack.name)).filter((name) =>
			name.startsWith("container"),
		);
		if (containers.length > count) return;
		await new Promise((done) => setTimeout(done, 50));
	}
}
