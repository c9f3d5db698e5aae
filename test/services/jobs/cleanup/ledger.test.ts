import { mkdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { push } from "../../oci/images.ts";
import { cleanupHarness, day } from "./cleanup-harness.ts";
import { fresh, old } from "./cleanup-images.ts";

const harness = cleanupHarness();

test("a tag that has moved starts again", async () => {
	const { sandbox, firstRun, run } = harness;
	await firstRun({ a: old });
	await push(sandbox.url, "alice/app", fresh, "a");
	expect((await run({ day: 15 })).changes).toEqual([]);
	expect((await run({ day: 28 })).changes).toEqual([]);
	expect((await run({ day: 30 })).changes).toEqual(["removed alice/app:a"]);
});

test("a tag that was pushed again after it was removed starts again", async () => {
	const { sandbox, firstRun, run } = harness;
	await firstRun({ a: old });
	expect((await run({ day: 15 })).changes).toEqual(["removed alice/app:a"]);
	await push(sandbox.url, "alice/app", old, "a");
	expect((await run({ day: 15.5 })).changes).toEqual([]);
	expect((await run({ day: 29 })).changes).toEqual([]);
});

test("a clock that runs backwards removes nothing and forgets nothing", async () => {
	const { sandbox, run, ledger } = harness;
	await push(sandbox.url, "alice/app", old, "a");
	await run({ day: 10 });
	const { report, changes } = await run({ day: -100 });
	expect(changes).toEqual([]);
	expect(report.registries[0]?.items[0]?.reason).toBe(
		`it was first seen at ${day(10)}, which is yet to come: the clock has run backwards`,
	);
	expect(await ledger("sandbox")).toMatchObject([{ firstSeen: day(10) }]);
});

describe("the ledger", () => {
	const line = (tag: string, own: object = {}) =>
		JSON.stringify({
			repository: "alice/app",
			tag,
			digest: old.digest,
			firstSeen: day(0),
			...own,
		});

	test("is believed when it is whole", async () => {
		const { sandbox, run, writeLedger } = harness;
		await push(sandbox.url, "alice/app", old, "a");
		await writeLedger("sandbox", `${line("a")}\n`);
		expect((await run({ day: 30 })).changes).toEqual(["removed alice/app:a"]);
	});

	test.each<[string, string, number]>([
		["is no JSON", "{\n", 1],
		["was cut", `${line("a")}\n${line("b").slice(0, 40)}`, 2],
		["has an empty line", `${line("a")}\n\n${line("b")}\n`, 2],
		["has no digest", line("a", { digest: "sha256:abc" }), 1],
		["has no time", line("a", { firstSeen: "yesterday" }), 1],
		["has more than it should", line("a", { lastSeen: day(0) }), 1],
	])("that %s makes every tag new, and says so", async (_, text, at) => {
		const { sandbox, run, ledger, writeLedger, config } = harness;
		await push(sandbox.url, "alice/app", old, "a");
		await push(sandbox.url, "alice/app", old, "b");
		await writeLedger("sandbox", text);
		const { report, status: exit, changes, log } = await run({ day: 30 });
		expect(exit).toBe(0);
		expect(changes).toEqual([]);
		const warning = `${config.state}/ledger-sandbox.jsonl:${at} is damaged: every tag counts as first seen now`;
		expect(report.registries[0]?.warnings).toEqual([warning]);
		expect(log).toContainEqual(
			expect.objectContaining({ level: "warn", msg: warning }),
		);
		expect(await ledger("sandbox")).toMatchObject([
			{ tag: "a", firstSeen: day(30) },
			{ tag: "b", firstSeen: day(30) },
		]);
	});

	test("that cannot be written keeps every tag: pushed again it would look as old as it was", async () => {
		const { sandbox, firstRun, run, config } = harness;
		await firstRun({ a: old });
		const file = join(config.state, "ledger-sandbox.jsonl");
		const inTheWay = `${file}.${process.pid}.new`;
		await mkdir(inTheWay);
		const { report, status: exit, changes } = await run({ day: 15 });
		expect(exit).toBe(1);
		expect(changes).toEqual(["failed alice/app:a"]);
		expect(report.registries[0]?.problems).toEqual([
			expect.stringMatching(/^the ledger cannot be written: .*EISDIR/),
		]);
		expect(sandbox.count("DELETE")).toBe(0);
		await rmdir(inTheWay);
		expect((await run({ day: 15 })).changes).toEqual(["removed alice/app:a"]);
	});

	test("forgets what is no longer there", async () => {
		const { sandbox, run, ledger } = harness;
		await push(sandbox.url, "alice/app", old, "a");
		await push(sandbox.url, "bob/app", old, "a");
		await run({ day: 0 });
		sandbox.repositories.delete("alice/app");
		await run({ day: 1 });
		expect(await ledger("sandbox")).toMatchObject([{ repository: "bob/app" }]);
	});
});
