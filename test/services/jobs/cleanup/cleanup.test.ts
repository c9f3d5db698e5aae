import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { closure } from "../../oci/closure.ts";
import { push } from "../../oci/images.ts";
import { cleanupHarness, day } from "./cleanup-harness.ts";
import { fresh, old } from "./cleanup-images.ts";

const harness = cleanupHarness();

test("the first run removes nothing and notes what it saw", async () => {
	const { sandbox, ci, run, ledger } = harness;
	await push(sandbox.url, "alice/app", old, "try");
	await push(ci.url, "team/app", old, "run-1");
	const { report, status: exit } = await run({ day: 0 });
	expect(exit).toBe(0);
	const { seconds, ...rest } = report;
	const counts = {
		removed: 0,
		planned: 0,
		kept: 1,
		left: 0,
		failed: 0,
		aborted: 0,
	};
	const seen = { digest: old.digest, firstSeen: day(0) };
	const because = {
		outcome: "kept",
		reason: "it is seen for the first time",
	};
	const warnings = (name: string) => [
		`there is no ${harness.config.state}/ledger-${name}.jsonl yet: every tag counts as first seen now`,
	];
	expect(rest).toEqual({
		dryRun: false,
		startedAt: expect.stringMatching(/^20\d\d-/),
		counts: { ...counts, kept: 2 },
		registries: [
			{
				name: "sandbox",
				host: sandbox.host,
				retention: { days: 14, keep: 0 },
				counts,
				warnings: warnings("sandbox"),
				problems: [],
				items: [{ repository: "alice/app", tag: "try", ...seen, ...because }],
			},
			{
				name: "ci-tests",
				host: ci.host,
				retention: { days: 7, keep: 0 },
				counts,
				warnings: warnings("ci-tests"),
				problems: [],
				items: [{ repository: "team/app", tag: "run-1", ...seen, ...because }],
			},
		],
	});
	expect(await ledger("sandbox")).toEqual([
		{ repository: "alice/app", tag: "try", ...seen },
	]);
	expect(await readdir(harness.config.state)).toEqual([
		"ledger-ci-tests.jsonl",
		"ledger-sandbox.jsonl",
	]);
});

test("a later run removes what is too old, registry by registry, and nothing else", async () => {
	const { sandbox, ci, run, ledger } = harness;
	await push(sandbox.url, "alice/app", old, "a");
	await push(ci.url, "team/app", old, "run-1");
	await run({ day: 0 });
	await push(ci.url, "team/app", fresh, "run-2");
	expect((await run({ day: 5 })).changes).toEqual([]);
	const { report, status: exit, changes } = await run({ day: 8 });
	expect(exit).toBe(0);
	expect(changes).toEqual(["removed team/app:run-1"]);
	expect(report.registries[1]?.items.map(({ reason }) => reason)).toEqual([
		"it is 8.0 days old, and 7 days are kept",
		"it is 3.0 days old, and 7 days are kept",
	]);
	expect(ci.tag("team/app", "run-1")).toBeUndefined();
	expect(ci.tag("team/app", "run-2")).toBe(fresh.digest);
	expect(sandbox.tag("alice/app", "a")).toBe(old.digest);
	expect(await ledger("ci-tests")).toEqual([
		{
			repository: "team/app",
			tag: "run-2",
			digest: fresh.digest,
			firstSeen: day(5),
		},
	]);
});

test("a run right after another one changes nothing", async () => {
	const { sandbox, run, ledger } = harness;
	await push(sandbox.url, "alice/app", old, "a");
	await push(sandbox.url, "alice/app", fresh, "b");
	await run({ day: 0, rule: { days: 14, keep: 1 } });
	await run({ day: 15, rule: { days: 14, keep: 1 } });
	const before = await ledger("sandbox");
	sandbox.seen.length = 0;
	const { changes } = await run({ day: 15, rule: { days: 14, keep: 1 } });
	expect(changes).toEqual([]);
	expect(sandbox.count("DELETE", "PUT", "POST")).toBe(0);
	expect(await ledger("sandbox")).toEqual(before);
});

test("tags are removed, never manifests: what they pointed to can still be pulled by digest", async () => {
	const { sandbox, firstRun, run } = harness;
	await firstRun({ a: old, b: old });
	sandbox.seen.length = 0;
	await run({ day: 15 });
	expect(
		sandbox.seen
			.filter(({ method }) => method === "DELETE")
			.map(({ path }) => path)
			.toSorted(),
	).toEqual(["/v2/alice/app/manifests/a", "/v2/alice/app/manifests/b"]);
	await closure(sandbox.url, "alice/app", old.digest);
});

test("a dry run explains each tag and writes nothing, the ledger included", async () => {
	const { sandbox, firstRun, run } = harness;
	await firstRun({ a: old });
	await push(sandbox.url, "alice/app", fresh, "b");
	sandbox.seen.length = 0;
	const state = await readdir(harness.config.state);
	const before = await harness.ledger("sandbox");
	const { report, status: exit } = await run({ day: 15, dryRun: true });
	expect(exit).toBe(0);
	expect(
		report.registries[0]?.items.map(({ tag, outcome, reason }) => [
			tag,
			outcome,
			reason,
		]),
	).toEqual([
		["a", "planned", "it is 15.0 days old, and 14 days are kept"],
		["b", "kept", "it is seen for the first time"],
	]);
	expect(sandbox.count("DELETE", "PUT", "POST")).toBe(0);
	expect(await readdir(harness.config.state)).toEqual(state);
	expect(await harness.ledger("sandbox")).toEqual(before);
});

test("a plan on a machine without a state folder makes none", async () => {
	const { sandbox, run, config } = harness;
	await push(sandbox.url, "alice/app", old, "a");
	expect((await run({ day: 0, dryRun: true })).report.counts.kept).toBe(1);
	await expect(readdir(config.state)).rejects.toThrow("ENOENT");
});
