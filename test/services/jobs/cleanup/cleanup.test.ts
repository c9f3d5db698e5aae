import { mkdir, readdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { closure } from "../../oci/closure.ts";
import { type Action, ociError, reset, status } from "../../oci/faults.ts";
import {
	blob,
	fallbackTag,
	image,
	index,
	push,
	referrer,
	referrers,
} from "../../oci/images.ts";
import { cleanupHarness, day, PASSWORD } from "./cleanup-harness.ts";

const harness = cleanupHarness();

const old = image([blob("shared"), blob("old")]);
const fresh = image([blob("shared"), blob("fresh")]);
const multi = index([
	image([blob("shared"), blob("amd64")]),
	image([blob("arm64")]),
]);
const sbom = referrer(old, "application/spdx+json");

/** Does something once, before the request it strikes is answered as ever. */
const meanwhile = (action: () => unknown): Action => {
	return async () => {
		await action();
		return false;
	};
};

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
	const { sandbox, run } = harness;
	await push(sandbox.url, "alice/app", old, "a");
	await push(sandbox.url, "alice/app", old, "b");
	await run({ day: 0 });
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
	const { sandbox, run } = harness;
	await push(sandbox.url, "alice/app", old, "a");
	await run({ day: 0 });
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

test("a tag that has moved starts again", async () => {
	const { sandbox, run } = harness;
	await push(sandbox.url, "alice/app", old, "a");
	await run({ day: 0 });
	await push(sandbox.url, "alice/app", fresh, "a");
	expect((await run({ day: 15 })).changes).toEqual([]);
	expect((await run({ day: 28 })).changes).toEqual([]);
	expect((await run({ day: 30 })).changes).toEqual(["removed alice/app:a"]);
});

test("a tag that was pushed again after it was removed starts again", async () => {
	const { sandbox, run } = harness;
	await push(sandbox.url, "alice/app", old, "a");
	await run({ day: 0 });
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

describe("a push between plan and removal survives:", () => {
	test("a tag that moved is left", async () => {
		const { sandbox, run } = harness;
		await push(sandbox.url, "alice/app", old, "a");
		await push(sandbox.url, "alice/app", old, "b");
		await run({ day: 0 });
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
		const { sandbox, run } = harness;
		const list = fallbackTag(old);
		await push(sandbox.url, "alice/app", old, "a");
		await push(sandbox.url, "alice/app", referrers([sbom]), list);
		await run({ day: 0 });
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
		const { sandbox, run } = harness;
		const [part] = multi.children;
		if (!part) throw new Error("the index has no parts");
		const signature = `${fallbackTag(part)}.sig`;
		await push(sandbox.url, "alice/app", part, "a");
		await push(sandbox.url, "alice/app", old, signature);
		await run({ day: 0 });
		sandbox.faults.push({
			method: "DELETE",
			path: /manifests\/a$/,
			action: meanwhile(() => push(sandbox.url, "alice/app", multi, "m")),
		});
		const { report, changes } = await run({ day: 15 });
		expect(changes).toEqual([
			"removed alice/app:a",
			`left alice/app:${signature}`,
		]);
		expect(report.registries[0]?.items[1]?.reason).toBe(
			"it belongs to a part of m, which stays",
		);
	});

	test("a tag that somebody else removed counts as removed", async () => {
		const { sandbox, run } = harness;
		await push(sandbox.url, "alice/app", old, "a");
		await push(sandbox.url, "alice/app", old, "b");
		await run({ day: 0 });
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

describe("signatures", () => {
	test("stay with their image, whole, and go with it", async () => {
		const { sandbox, run } = harness;
		const list = fallbackTag(old);
		await push(sandbox.url, "alice/app", old, "a");
		await push(sandbox.url, "alice/app", referrers([sbom]), list);
		await run({ day: 0 });
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
		const { sandbox, run } = harness;
		const [part] = multi.children;
		if (!part) throw new Error("the index has no parts");
		const signature = `${fallbackTag(part)}.sig`;
		await push(sandbox.url, "alice/app", old, signature);
		await run({ day: 0 });
		await push(sandbox.url, "alice/app", multi, "m");
		sandbox.seen.length = 0;
		const { report, changes } = await run({ day: 15 });
		expect(changes).toEqual([]);
		expect(
			report.registries[0]?.items.map(({ tag, reason }) => [tag, reason]),
		).toEqual([
			["m", "it is seen for the first time"],
			[signature, "it belongs to a part of m, which stays"],
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
		const { sandbox, run } = harness;
		const list = fallbackTag(old);
		await push(sandbox.url, "alice/app", old, "a");
		await push(sandbox.url, "alice/app", referrers([sbom]), list);
		await run({ day: 0 });
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
		const { sandbox, run } = harness;
		const [part] = multi.children;
		if (!part) throw new Error("the index has no parts");
		const signature = `${fallbackTag(part)}.sig`;
		await push(sandbox.url, "alice/app", old, signature);
		await push(sandbox.url, "alice/app", old, "old");
		await run({ day: 0 });
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
		expect(sandbox.tag("alice/app", signature)).toBe(old.digest);
	});
});

describe("what goes wrong leaves the others alone:", () => {
	test("a tag that cannot be removed keeps its age and goes by the next run", async () => {
		const { sandbox, run } = harness;
		for (const tag of ["a", "b", "c"]) {
			await push(sandbox.url, "alice/app", old, tag);
		}
		await run({ day: 0 });
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
		const { sandbox, run } = harness;
		await push(sandbox.url, "alice/app", old, "a");
		await push(sandbox.url, "alice/app", old, "b");
		await run({ day: 0 });
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
		const { sandbox, run, config } = harness;
		await push(sandbox.url, "alice/app", old, "a");
		await run({ day: 0 });
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

describe("a run that is stopped", () => {
	test("removes nothing more, ends with status 1, and loses no age", async () => {
		const { sandbox, run, stop, ledger } = harness;
		await push(sandbox.url, "alice/app", old, "a");
		await push(sandbox.url, "alice/app", old, "b");
		await run({ day: 0 });
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
		expect(exit).toBe(1);
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
		expect(exit).toBe(1);
		expect(report.registries.map(({ problems }) => problems)).toEqual([
			["the job was stopped"],
			["the job was stopped"],
		]);
		expect(await harness.ledger("sandbox")).toBeUndefined();
	});

	test("forgets the age of a tag that may be gone: pushed again it would look old", async () => {
		const { sandbox, run, stop, ledger } = harness;
		await push(sandbox.url, "alice/app", old, "a");
		await run({ day: 0 });
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
