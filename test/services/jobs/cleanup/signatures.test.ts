import { describe, expect, test } from "vitest";
import { closure } from "../../oci/closure.ts";
import { ociError, status } from "../../oci/faults.ts";
import { fallbackTag, push } from "../../oci/images.ts";
import { cleanupHarness } from "./cleanup-harness.ts";
import { multi, old, partSignature, signatures } from "./cleanup-images.ts";

const harness = cleanupHarness();

describe("signatures", () => {
	test("stay with their image, whole, and go with it", async () => {
		const { sandbox, firstRun, run } = harness;
		const list = fallbackTag(old);
		await firstRun({ a: old, [list]: signatures });
		await push(sandbox.url, "alice/app", old, "b");
		await run({ day: 10 });
		expect((await run({ day: 15 })).changes).toEqual([]);
		await closure(sandbox.url, "alice/app", list);
		expect((await run({ day: 25 })).changes).toEqual([
			"removed alice/app:a",
			"removed alice/app:b",
			`removed alice/app:${list}`,
		]);
		expect(sandbox.repositories.get("alice/app")?.tags.size).toBe(0);
	});

	test("of a platform stay with the index that names it, which is read once", async () => {
		const { sandbox, firstRun, run } = harness;
		await firstRun({ [partSignature]: old });
		await push(sandbox.url, "alice/app", multi, "m");
		sandbox.seen.length = 0;
		const { report, changes } = await run({ day: 15 });
		expect(changes).toEqual([]);
		expect(
			report.registries[0]?.items.map(({ tag, reason }) => [tag, reason]),
		).toEqual([
			["m", "it is seen for the first time"],
			[partSignature, "it belongs to a part of m, which stays"],
		]);
		expect(
			sandbox.seen
				.filter(
					({ method, path }) => method === "GET" && /manifests/.test(path),
				)
				.map(({ path }) => path),
		).toEqual([`/v2/alice/app/manifests/${multi.digest}`]);
	});

	test("stay when their image could not be removed", async () => {
		const { sandbox, firstRun, run } = harness;
		const list = fallbackTag(old);
		await firstRun({ a: old, [list]: signatures });
		sandbox.faults.push({
			method: "DELETE",
			path: /manifests\/a$/,
			action: status(405, { body: ociError("UNSUPPORTED") }),
		});
		expect((await run({ day: 15 })).changes).toEqual([
			"failed alice/app:a",
			`left alice/app:${list}`,
		]);
		expect((await run({ day: 16 })).changes).toEqual([
			"removed alice/app:a",
			`removed alice/app:${list}`,
		]);
	});

	test.each<[string, number, string]>([
		["an index cannot be read", 404, "MANIFEST_UNKNOWN"],
		["an index is refused", 403, "DENIED"],
	])("stay when %s, which is reported", async (_, code, name) => {
		const { sandbox, firstRun, run } = harness;
		await firstRun({ [partSignature]: old, old });
		await push(sandbox.url, "alice/app", multi, "m");
		sandbox.faults.push({
			method: "GET",
			path: /manifests\/sha256:/,
			times: 99,
			action: status(code, { body: ociError(name) }),
		});
		const { report, status: exit, changes } = await run({ day: 15 });
		expect(exit).toBe(1);
		const message = `GET ${sandbox.url}/v2/alice/app/manifests/${multi.digest} was refused with status ${code}, ${name}`;
		expect(report.registries[0]?.problems).toEqual([
			`signatures of alice/app were left alone: ${message}`,
		]);
		expect(changes).toEqual([]);
		expect(sandbox.tag("alice/app", partSignature)).toBe(old.digest);
	});
});
