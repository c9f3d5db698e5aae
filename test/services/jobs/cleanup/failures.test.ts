import { describe, expect, test } from "vitest";
import { ociError, reset, status } from "../../oci/faults.ts";
import { push } from "../../oci/images.ts";
import { cleanupHarness } from "./cleanup-harness.ts";
import { old } from "./cleanup-images.ts";

const harness = cleanupHarness();

describe("what goes wrong leaves the others alone:", () => {
	test("a tag that cannot be removed keeps its age and goes by the next run", async () => {
		const { sandbox, firstRun, run } = harness;
		await firstRun({ a: old, b: old, c: old });
		sandbox.faults.push({
			method: "DELETE",
			path: /manifests\/b$/,
			action: status(403, { body: ociError("DENIED", "not this one") }),
		});
		const { report, status: exit, changes, log } = await run({ day: 15 });
		expect(exit).toBe(1);
		expect(changes).toEqual([
			"removed alice/app:a",
			"failed alice/app:b",
			"removed alice/app:c",
		]);
		const reason = `DELETE ${sandbox.url}/v2/alice/app/manifests/b was refused with status 403, DENIED: not this one`;
		expect(report.registries[0]?.items[1]?.reason).toBe(reason);
		expect(log.filter(({ level }) => level === "error")).toEqual([
			expect.objectContaining({
				msg: "failed",
				registry: "sandbox",
				repository: "alice/app",
				tag: "b",
				digest: old.digest,
				reason,
			}),
		]);
		expect((await run({ day: 15 })).changes).toEqual(["removed alice/app:b"]);
	});

	test("a tag that cannot be looked at stays and keeps its age", async () => {
		const { sandbox, firstRun, run } = harness;
		await firstRun({ a: old, b: old });
		sandbox.faults.push({
			method: "HEAD",
			path: /manifests\/a$/,
			times: 6,
			action: status(500),
		});
		const { report, status: exit, changes } = await run({ day: 15 });
		expect(exit).toBe(1);
		expect(changes).toEqual(["removed alice/app:b", "failed alice/app:a"]);
		expect(report.registries[0]?.items[1]).toEqual({
			repository: "alice/app",
			tag: "a",
			outcome: "failed",
			reason: `HEAD ${sandbox.url}/v2/alice/app/manifests/a was refused with status 500; given up after 6 tries`,
		});
		expect((await run({ day: 15 })).changes).toEqual(["removed alice/app:a"]);
	});

	test("a repository that cannot be listed keeps the ages of its tags", async () => {
		const { sandbox, run } = harness;
		await push(sandbox.url, "alice/app", old, "a");
		await push(sandbox.url, "bob/app", old, "a");
		await run({ day: 0 });
		sandbox.faults.push({
			path: /alice\/app\/tags/,
			action: status(403, { body: ociError("DENIED") }),
		});
		const { report, status: exit, changes } = await run({ day: 15 });
		expect(exit).toBe(1);
		expect(changes).toEqual(["removed bob/app:a"]);
		expect(report.registries[0]?.problems).toEqual([
			`alice/app was left alone: GET ${sandbox.url}/v2/alice/app/tags/list was refused with status 403, DENIED`,
		]);
		expect((await run({ day: 15 })).changes).toEqual(["removed alice/app:a"]);
	});

	test("a registry that is away does not block the others, and keeps the ages of its tags", async () => {
		const { sandbox, ci, run } = harness;
		await push(sandbox.url, "alice/app", old, "a");
		await push(ci.url, "team/app", old, "run-1");
		await run({ day: 0 });
		sandbox.faults.push({ path: /_catalog/, times: 6, action: reset });
		const { report, status: exit, changes, log } = await run({ day: 15 });
		expect(exit).toBe(1);
		expect(changes).toEqual(["removed team/app:run-1"]);
		const [problem] = report.registries[0]?.problems ?? [];
		expect(problem).toMatch(
			new RegExp(
				`^not all repositories are known: GET ${sandbox.url}/v2/_catalog .*given up after 6 tries$`,
			),
		);
		expect(log).toContainEqual(
			expect.objectContaining({ level: "error", msg: problem }),
		);
		expect((await run({ day: 15 })).changes).toEqual(["removed alice/app:a"]);
	});

	test("a catalog that breaks off in the middle keeps the ages of what it did not name", async () => {
		const { sandbox, run } = harness;
		sandbox.pageSize = 1;
		for (const name of ["a/app", "b/app", "c/app"]) {
			await push(sandbox.url, name, old, "a");
		}
		await run({ day: 0 });
		sandbox.faults.push({
			path: /_catalog\?.*last=a/,
			action: status(403),
		});
		expect((await run({ day: 15 })).changes).toEqual(["removed a/app:a"]);
		expect((await run({ day: 15 })).changes).toEqual([
			"removed b/app:a",
			"removed c/app:a",
		]);
	});

	test("a tag that goes while it is looked at is left out", async () => {
		const { sandbox, run, ledger } = harness;
		await push(sandbox.url, "alice/app", old, "a");
		await push(sandbox.url, "alice/app", old, "b");
		sandbox.faults.push({
			method: "HEAD",
			path: /manifests\/a$/,
			action: status(404),
		});
		const { status: exit, report } = await run({ day: 0 });
		expect(exit).toBe(0);
		expect(report.registries[0]?.items.map(({ tag }) => tag)).toEqual(["b"]);
		expect(await ledger("sandbox")).toMatchObject([{ tag: "b" }]);
	});

	test("a repository that has lost its last tag is no trouble", async () => {
		const { sandbox, run } = harness;
		await push(sandbox.url, "alice/app", old, "a");
		sandbox.repositories.get("alice/app")?.tags.clear();
		const { status: exit, report } = await run({ day: 0 });
		expect(exit).toBe(0);
		expect(report.registries[0]?.items).toEqual([]);
	});
});
