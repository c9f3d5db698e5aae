import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { ensureActionlint } from "../../toolchain/lint-programs.ts";
import { runCaptured } from "../../toolchain/process.ts";
import { loadWorkflows } from "../workflows.ts";

let actionlint: string;
beforeAll(async () => {
	actionlint = await ensureActionlint();
});

/** What actionlint says of files, a line for each problem. */
async function problemsOf(...files: readonly string[]): Promise<string> {
	// Whether a machine has shellcheck must not decide.
	const args = ["-no-color", "-oneline", "-shellcheck=", "-pyflakes="];
	const { stdout, stderr } = await runCaptured(actionlint, [...args, ...files]);
	return stdout + stderr;
}

test("every workflow is one that GitHub takes", async () => {
	const files = loadWorkflows().map(({ file }) => file);
	expect(await problemsOf(...files)).toBe("");
});

test("a title that becomes part of a command is noticed", async () => {
	const folder = await mkdtemp(join(tmpdir(), "actionlint-"));
	const file = join(folder, "bad.yml");
	await writeFile(
		file,
		`on: pull_request
jobs:
  bad:
    runs-on: ubuntu-24.04
    steps:
      - run: echo \${{ github.event.pull_request.title }}
`,
	);
	expect(await problemsOf(file)).toMatch(
		/^\S+bad\.yml:6:23: "github\.event\.pull_request\.title" is potentially untrusted\./,
	);
	await rm(folder, { recursive: true });
});
