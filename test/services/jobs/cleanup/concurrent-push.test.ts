import { describe, expect, test } from "vitest";
import { closure } from "../../oci/closure.ts";
import { meanwhile } from "../../oci/faults.ts";
import { fallbackTag, push } from "../../oci/images.ts";
import { cleanupHarness } from "./cleanup-harness.ts";
import {
	fresh,
	multi,
	old,
	part,
	partSignature,
	signatures,
} from "./cleanup-images.ts";

const harness = cleanupHarness();

describe("a push between plan and removal survives:", () => {
	test("a tag that moved is left", async () => {
		const { sandbox, firstRun, run } = harness;
		await firstRun({ a: old, b: old });
		sandbox.faults.push({
			method: "HEAD",
			path: /manifests\/a$/,
			from: 2,
			action: meanwhile(() => push(sandbox.url, "alice/app", fresh, "a")),
		});
		const { report, status: exit, changes, log } = await run({ day: 15 });
		expect(exit).toBe(0);
		expect(changes).toEqual(["left alice/app:a", "removed alice/app:b"]);
		const reason = `it has moved to ${fresh.digest} since the plan was made`;
		expect(report.registries[0]?.items[0]?.reason).toBe(reason);
		expect(log).toContainEqual(
			expect.objectContaining({ level: "warn", msg: "left", reason }),
		);
		expect(sandbox.tag("alice/app", "a")).toBe(fresh.digest);
		await closure(sandbox.url, "alice/app", "a");
		expect((await run({ day: 16 })).changes).toEqual([]);
	});

	test("signatures of an image that got another tag are left", async () => {
		const { sandbox, firstRun, run } = harness;
		const list = fallbackTag(old);
		await firstRun({ a: old, [list]: signatures });
		sandbox.faults.push({
			method: "DELETE",
			path: /manifests\/a$/,
			action: meanwhile(() => push(sandbox.url, "alice/app", old, "release")),
		});
		const { report, changes } = await run({ day: 15 });
		expect(changes).toEqual(["removed alice/app:a", `left alice/app:${list}`]);
		expect(report.registries[0]?.items[1]?.reason).toBe(
			"it belongs to release, which stays",
		);
		await closure(sandbox.url, "alice/app", list);
	});

	test("signatures of an image that a pushed index took up are left", async () => {
		const { sandbox, firstRun, run } = harness;
		await firstRun({ a: part, [partSignature]: old });
		sandbox.faults.push({
			method: "DELETE",
			path: /manifests\/a$/,
			action: meanwhile(() => push(sandbox.url, "alice/app", multi, "m")),
		});
		const { report, changes } = await run({ day: 15 });
		expect(changes).toEqual([
			"removed alice/app:a",
			`left alice/app:${partSignature}`,
		]);
		expect(report.registries[0]?.items[1]?.reason).toBe(
			"it belongs to a part of m, which stays",
		);
	});

	test("a tag that somebody else removed counts as removed", async () => {
		const { sandbox, firstRun, run } = harness;
		await firstRun({ a: old, b: old });
		const forget = (tag: string) => () =>
			sandbox.repositories.get("alice/app")?.tags.delete(tag);
		sandbox.faults.push(
			{
				method: "HEAD",
				path: /manifests\/a$/,
				from: 2,
				action: meanwhile(forget("a")),
			},
			{
				method: "DELETE",
				path: /manifests\/b$/,
				action: meanwhile(forget("b")),
			},
		);
		const { report, changes } = await run({ day: 15 });
		expect(changes).toEqual(["removed alice/app:a", "removed alice/app:b"]);
		for (const { reason } of report.registries[0]?.items ?? []) {
			expect(reason).toBe(
				"it is 15.0 days old, and 14 days are kept; somebody else removed it first",
			);
		}
	});
});
