import {
	chmodSync,
	existsSync,
	mkdtempSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { healthCheck } from "../../components/platform/docker/health-check.ts";
import { runCaptured } from "../../toolchain/process.ts";

const folder = mkdtempSync(join(tmpdir(), "health-check-"));
const mark = join(folder, "healthy");
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => rmSync(mark, { force: true }));

// Notes the pause instead of taking it.
writeFileSync(join(folder, "sleep"), "#!/bin/sh\necho pause $1\n");
chmodSync(join(folder, "sleep"), 0o755);

/** Runs the check of a server once, as Docker does. */
async function check(command: string) {
	const [, shell = "", ...args] = healthCheck(["sh", "-c", command]).tests;
	const { code, stdout } = await runCaptured(
		shell,
		args.map((arg) => arg.replaceAll("/tmp/healthy", mark)),
		{ env: { PATH: `${folder}:${process.env.PATH}` } },
	);
	return { code, said: stdout.trim() };
}

test("a server that starts is asked at once, a healthy one after a pause", async () => {
	expect(await check("echo asked")).toEqual({ code: 0, said: "asked" });
	expect(await check("echo asked")).toEqual({
		code: 0,
		said: "pause 20\nasked",
	});
});

test("one that fails is asked at once again, until it is healthy", async () => {
	await check("true");
	expect(await check("exit 3")).toEqual({ code: 1, said: "pause 20" });
	expect(existsSync(mark)).toBe(false);
	expect(await check("exit 3")).toEqual({ code: 1, said: "" });
	expect(await check("true")).toEqual({ code: 0, said: "" });
	expect(await check("true")).toEqual({ code: 0, said: "pause 20" });
});

test("Docker waits longer than the pause and the check take", () => {
	expect(healthCheck(["true"])).toMatchObject({
		interval: "2s",
		timeout: "27s",
	});
});
