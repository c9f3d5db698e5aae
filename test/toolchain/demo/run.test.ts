import { existsSync } from "node:fs";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runSteps } from "../../../toolchain/demo/run.ts";
import { openShell, type Shell } from "../../../toolchain/demo/shell.ts";
import type { DemoStep } from "../../../toolchain/demo/step.ts";
import { UserError } from "../../../toolchain/process.ts";

let shell: Shell;

beforeEach(() => {
	shell = openShell("/");
});
afterEach(() => shell.dispose());

const step = (script: string, refusedWith?: readonly string[]): DemoStep => ({
	says: ["Why."],
	script,
	...(refusedWith && { refusedWith }),
});

/** Runs steps in a real shell; what was shown, and why it ended if it failed. */
async function shown(
	steps: readonly DemoStep[],
	stop = new AbortController().signal,
): Promise<{ readonly screen: string; readonly error?: unknown }> {
	const screen = new PassThrough();
	const all = text(screen);
	let error: unknown;
	try {
		await runSteps(steps, shell, { screen, stop });
	} catch (thrown) {
		error = thrown;
	}
	screen.end();
	return { screen: await all, ...(error !== undefined && { error }) };
}

test("each step is explained, shown as it is typed, and run with what earlier ones exported", async () => {
	expect(
		await shown([
			step('export NAME=world\nexport QUOTED="it\'s"'),
			step('cat <<END\nhello $NAME\nEND\necho "$QUOTED" |\n  cat'),
		]),
	).toEqual({
		screen: `# Why.
$ export NAME=world
$ export QUOTED="it's"

# Why.
$ cat <<END
hello $NAME
END
$ echo "$QUOTED" |
  cat
hello world
it's

`,
	});
});

test("log lines of jobs are not shown, their problems are", async () => {
	const { screen } = await shown([
		step(`echo '{"level":"info","a":1}'; echo '{"level":"error"}' >&2`),
	]);
	expect(screen.split("\n").slice(2)).toEqual(['{"level":"error"}', "", ""]);
});

test("the first step that fails ends it", async () => {
	const { screen, error } = await shown([
		step("echo before\nfalse\necho after"),
		step("echo never"),
	]);
	expect(screen.split("\n").slice(4)).toEqual(["before", ""]);
	expect(error).toEqual(
		new UserError(
			"the demo ends here, its output above; these lines ended with exit code 1, expected 0:\n  echo before\n  false\n  echo after\nFix: npm run status says whether the stack is well",
		),
	);
});

test("what must be refused and is allowed ends it", async () => {
	const { error } = await shown([step("echo denied", ["denied"])]);
	expect(error).toEqual(
		new UserError(
			"the demo ends here, its output above; these lines ended with exit code 0, and must be refused:\n  echo denied",
		),
	);
});

test("a refusal for another reason ends it", async () => {
	const { error } = await shown([
		step("echo no such host; exit 3", ["denied", "host"]),
	]);
	expect(error).toEqual(
		new UserError(
			"the demo ends here, its output above; these lines ended with exit code 3 without saying 'denied':\n  echo no such host; exit 3",
		),
	);
});

test("a refusal with the right words goes on", async () => {
	const { screen, error } = await shown([
		step("echo denied >&2; exit 1", ["denied"]),
		step("echo on"),
	]);
	expect(error).toBeUndefined();
	expect(screen).toContain("\non\n");
});

test("an interrupt ends what runs, and everything that it started", async () => {
	const controller = new AbortController();
	const reason = new Error("interrupted");
	const started = Date.now();
	setTimeout(() => controller.abort(reason), 300);
	const { error } = await shown(
		[step("sleep 60 | sleep 60"), step("echo never")],
		controller.signal,
	);
	expect(error).toBe(reason);
	expect(Date.now() - started).toBeLessThan(4_000);
});

test("temporary files are gone afterwards", async () => {
	const { output } = await shell.run("mktemp -d", () => {});
	expect(existsSync(output)).toBe(true);
	shell.dispose();
	expect(existsSync(output)).toBe(false);
});
