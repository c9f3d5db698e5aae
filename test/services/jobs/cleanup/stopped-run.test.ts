import { describe, expect, test } from "vitest";
import { push } from "../../oci/images.ts";
import { cleanupHarness } from "./cleanup-harness.ts";
import { old } from "./cleanup-images.ts";

const harness = cleanupHarness();

describe("a run that is stopped", () => {
	test("removes nothing more, ends with status 143, and loses no age", async () => {
		const { sandbox, firstRun, run, stop, ledger } = harness;
		await firstRun({ a: old, b: old });
		const noted = await ledger("sandbox");
		sandbox.faults.push({
			method: "HEAD",
			path: /manifests/,
			from: 3,
			action: () => {
				stop();
				return true;
			},
		});
		const { report, status: exit, changes } = await run({ day: 15 });
		expect(exit).toBe(143);
		expect(report.stopped).toBe("the job was stopped");
		expect(changes).toEqual(["aborted alice/app:a", "aborted alice/app:b"]);
		expect(report.registries.map(({ problems }) => problems)).toEqual([
			[],
			["the job was stopped"],
		]);
		expect(sandbox.count("DELETE")).toBe(0);
		expect(await ledger("sandbox")).toEqual(noted);
	});

	test("before it has planned changes nothing", async () => {
		const { sandbox, run, stop } = harness;
		await push(sandbox.url, "alice/app", old, "a");
		stop();
		const { report, status: exit } = await run({ day: 0 });
		expect(exit).toBe(143);
		expect(report.stopped).toBe("the job was stopped");
		expect(report.registries.map(({ problems }) => problems)).toEqual([
			["the job was stopped"],
			["the job was stopped"],
		]);
		expect(await harness.ledger("sandbox")).toBeUndefined();
	});

	test("forgets the age of a tag that may be gone: pushed again it would look old", async () => {
		const { sandbox, firstRun, run, stop, ledger } = harness;
		await firstRun({ a: old });
		sandbox.faults.push({
			method: "DELETE",
			path: /./,
			action: () => {
				stop();
				return true;
			},
		});
		expect((await run({ day: 15 })).changes).toEqual(["aborted alice/app:a"]);
		expect(await ledger("sandbox")).toBeUndefined();
	});
});
