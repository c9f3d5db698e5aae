import { rm } from "node:fs/promises";
import { expect, test } from "vitest";
import { push } from "../../oci/images.ts";
import { cleanupHarness, PASSWORD } from "./cleanup-harness.ts";
import { old } from "./cleanup-images.ts";

const harness = cleanupHarness();

test("a plan asks for the right to read, a run for the right to delete, and none shows the password", async () => {
	const { sandbox, run } = harness;
	await push(sandbox.url, "alice/app", old, "a");
	sandbox.auth = { username: "cleaner", password: PASSWORD };
	const scopes = () => [
		...new Set(
			sandbox.seen
				.filter(({ path }) => path.startsWith("/auth/token"))
				.flatMap(({ path }) =>
					new URL(path, sandbox.url).searchParams.getAll("scope"),
				),
		),
	];
	await run({ day: 0, dryRun: true });
	expect(scopes()).toEqual(["registry:catalog:*", "repository:alice/app:pull"]);
	sandbox.seen.length = 0;
	await run({ day: 0 });
	const { report, log, changes } = await run({ day: 15 });
	expect(changes).toEqual(["removed alice/app:a"]);
	expect(scopes()).toEqual([
		"registry:catalog:*",
		"repository:alice/app:pull,delete",
	]);
	expect(JSON.stringify([report, log])).not.toMatch(/canary|Bearer|Basic/);
});

test("a password that cannot be read ends the job before any request", async () => {
	const { sandbox, ci, config, command } = harness;
	await rm(config.cleanup.registries[0]?.passwordFile ?? "");
	const { status: exit, stderr } = await command("cleanup", "run");
	expect(exit).toBe(2);
	expect(stderr).toContain("cannot read the password of account 'cleaner'");
	expect([...sandbox.seen, ...ci.seen]).toEqual([]);
});
