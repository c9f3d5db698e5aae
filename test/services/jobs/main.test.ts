import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { jobHarness } from "./job-harness.ts";

const harness = jobHarness();
const MAIN = fileURLToPath(
	new URL("../../../services/jobs/main.ts", import.meta.url),
);

/** The job as a process of its own. */
function start(...args: string[]) {
	const config = join(harness.config.manifests, "..", "promoter.json");
	const child = spawn(process.execPath, [MAIN, ...args, "--config", config]);
	const ended = Promise.all([
		new Promise<number | null>((resolve) => child.once("exit", resolve)),
		text(child.stdout),
	]).then(([status, stdout]) => ({ status, stdout }));
	return { child, ended };
}

/** Waits until the process logs a line with this text. */
function logged(child: ChildProcess, message: string): Promise<void> {
	return new Promise((resolve) => {
		let stderr = "";
		child.stderr?.on("data", (chunk) => {
			stderr += chunk;
			if (stderr.includes(message)) resolve();
		});
	});
}

test("the schedule ends with status 0 when it is told to stop", async () => {
	const { child, ended } = start("schedule", "promote");
	await logged(child, "waiting for the schedule");
	expect(await readFile(join(harness.config.state, "alive"), "utf8")).toMatch(
		/^20\d\d-/,
	);
	child.kill("SIGTERM");
	expect((await ended).status).toBe(0);
}, 30_000);

test("help is no error, an unknown command is one", async () => {
	const help = await start("--help").ended;
	expect(help).toMatchObject({ status: 0 });
	expect(help.stdout).toContain("promote");
	expect((await start("demote").ended).status).toBe(2);
}, 30_000);
