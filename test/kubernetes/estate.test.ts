import { beforeAll, expect, test, vi } from "vitest";
import { startCluster } from "../../toolchain/cluster/cluster.ts";
import { type Captured, runCaptured } from "../../toolchain/process.ts";
import { ROOT } from "../../toolchain/stack.ts";
import { promoteUnderEviction } from "./eviction.ts";

const STACK = "k8s";

beforeAll(async () => {
	await startCluster();
	const { code, stderr } = await up();
	expect(code, stderr).toBe(0);
});

test("a second up changes nothing, whatever cluster KUBECONFIG leads to", async () => {
	vi.stubEnv("KUBECONFIG", "/dev/null");
	const { code, stdout } = await up("--expect-no-changes");
	vi.unstubAllEnvs();
	expect(code, stdout).toBe(0);
	expect(stdout).toMatch(/Resources:\s+\d+ unchanged\n/);
});

test("the estate keeps what it promises: the way of an image, the access table, the node as a consumer", async () => {
	const { code, stdout } = await run("test/smoke/main.ts", "--stack", STACK);
	expect(code, stdout).toBe(0);
	expect(stdout).toMatch(/\nsmoke: 14 passed, 0 failed\n$/);
});

test("a promotion whose pod is evicted is no failure: another pod goes on, and the tag is there as a whole", async () => {
	const { failed, succeeded, tag, digest } = await promoteUnderEviction();
	expect({ failed, succeeded }).toEqual({ failed: 0, succeeded: 1 });
	expect(tag).toEqual({ digest, outcome: "whole" });
});

const up = (...args: readonly string[]) =>
	run("toolchain/main.ts", "up", "--stack", STACK, "--", ...args);

function run(program: string, ...args: readonly string[]): Promise<Captured> {
	return runCaptured(
		process.execPath,
		["toolchain/run.mjs", program, ...args],
		{ cwd: ROOT },
	);
}
