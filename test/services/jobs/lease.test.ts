import {
	mkdir,
	mkdtemp,
	readdir,
	readFile,
	rm,
	utimes,
	writeFile,
} from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type LeaseTerms, withLease } from "../../../services/jobs/lease.ts";
import { createLogger } from "../../../services/jobs/log.ts";

/** A lease that nobody gives up on within a test. */
const LONG: LeaseTerms = { ttlMs: 60_000, renewMs: 5 };
const HOLDER = `process ${process.pid} on ${hostname()}`;

let state: string;
let file: string;
let stop: AbortController;
let lines: { msg: string; [key: string]: unknown }[];
let events: string[];

beforeEach(async () => {
	state = await mkdtemp(join(tmpdir(), "lease-"));
	file = join(state, "promote.lease");
	stop = new AbortController();
	lines = [];
	events = [];
});
afterEach(() => rm(state, { recursive: true, force: true }));

function run<T>(
	task: () => Promise<T>,
	terms = LONG,
	job = "promote",
): Promise<T> {
	const log = createLogger(
		{ write: (line) => lines.push(JSON.parse(line)) },
		"info",
	);
	return withLease(state, { job, signal: stop.signal, log, terms }, task);
}

/** A run that notes its begin and goes on until it is ended. */
function running(name: string, terms = LONG) {
	const { promise, resolve } = Promise.withResolvers<void>();
	const ended = run(async () => {
		events.push(`${name} begins`);
		await promise;
		events.push(`${name} ends`);
	}, terms);
	return {
		begun: () => vi.waitFor(() => expect(events).toContain(`${name} begins`)),
		end: () => {
			resolve();
			return ended;
		},
	};
}

const messages = () => lines.map(({ msg }) => msg);
const note = (id: string, renewedAt: number) =>
	writeFile(file, JSON.stringify({ id, holder: "another", renewedAt }));
const held = async () => JSON.parse(await readFile(file, "utf8"));

test("a run holds the lease, renews it and leaves nothing behind", async () => {
	const first = running("first");
	await first.begun();
	const before = await held();
	expect(before).toEqual({
		id: expect.any(String),
		holder: HOLDER,
		renewedAt: expect.any(Number),
	});
	await vi.waitFor(async () =>
		expect((await held()).renewedAt).toBeGreaterThan(before.renewedAt),
	);
	expect((await held()).id).toBe(before.id);
	await first.end();
	expect(await readdir(state)).toEqual([]);
	expect(lines).toEqual([]);
});

test("a renewal under way at the end does not bring the lease back", async () => {
	const terms = { ttlMs: 60_000, renewMs: 1 };
	for (let runs = 0; runs < 100; runs++) await run(() => sleep(2), terms);
	await sleep(10);
	expect(await readdir(state)).toEqual([]);
	expect(lines).toEqual([]);
});

test("a run begins once the one before it has ended", async () => {
	const first = running("first");
	await first.begun();
	const log = createLogger({ write: () => {} }, "silent");
	const second = withLease(
		state,
		{
			job: "promote",
			signal: stop.signal,
			log,
			terms: LONG,
			onBegin: async () => void events.push("second may be noted"),
		},
		async () => void events.push("second runs"),
	);
	await sleep(20);
	await first.end();
	await second;
	expect(events).toEqual([
		"first begins",
		"first ends",
		"second may be noted",
		"second runs",
	]);
});

test("what the task gives is given on, and what it throws is thrown", async () => {
	expect(await run(async () => 42)).toBe(42);
	await expect(
		run(async () => {
			throw new Error("no such image");
		}),
	).rejects.toThrow(new Error("no such image"));
	expect(await readdir(state)).toEqual([]);
});

test("a state folder that is not there is made", async () => {
	state = join(state, "a", "b");
	expect(await run(async () => readdir(state))).toEqual(["promote.lease"]);
});

test("a second run waits until the first has ended, and says so once", async () => {
	const first = running("first");
	await first.begun();
	const second = running("second");
	await vi.waitFor(() => expect(lines).toHaveLength(1));
	await sleep(50);
	expect(events).toEqual(["first begins"]);
	await first.end();
	await second.begun();
	await second.end();
	expect(events).toEqual([
		"first begins",
		"first ends",
		"second begins",
		"second ends",
	]);
	expect(lines).toMatchObject([
		{ msg: "waits for a run that is under way", holder: HOLDER },
	]);
});

test("runs of different jobs do not wait for each other", async () => {
	const first = running("first");
	await first.begun();
	const files = () => readdir(state);
	expect(await run(files, LONG, "cleanup")).toEqual(
		expect.arrayContaining(["promote.lease", "cleanup.lease"]),
	);
	await first.end();
	expect(lines).toEqual([]);
});

test("several runs go one after the other", async () => {
	let atOnce = 0;
	const task = async () => {
		atOnce++;
		await sleep(10);
		expect(atOnce--).toBe(1);
	};
	await Promise.all(Array.from({ length: 5 }, () => run(task)));
	expect(atOnce).toBe(0);
});

test("a run that is stopped while it waits ends with the reason", async () => {
	await note("other", Date.now());
	const task = vi.fn(async () => {});
	const ended = run(task);
	await vi.waitFor(() => expect(lines).toHaveLength(1));
	stop.abort(new Error("the job was stopped"));
	await expect(ended).rejects.toThrow(new Error("the job was stopped"));
	expect(task).not.toHaveBeenCalled();
	expect(await held()).toMatchObject({ id: "other" });
});

describe("a lease is taken over", () => {
	test("from a run that gave no sign of life for its term", async () => {
		await note("other", Date.now() - 60_001);
		expect((await run(held)).holder).toBe(HOLDER);
		expect(lines).toEqual([]);
	});

	test("while waiting, once the term is over", async () => {
		const terms = { ttlMs: 100, renewMs: 5 };
		await note("other", Date.now());
		expect((await run(held, terms)).holder).toBe(HOLDER);
		expect(messages()).toEqual(["waits for a run that is under way"]);
	});

	test("when it was renewed far in the future, as before a clock was set back", async () => {
		await note("other", Date.now() + 3_600_000);
		expect((await run(held)).holder).toBe(HOLDER);
	});

	test.each(["", '{"id":', "null", '{"id":1,"holder":"x","renewedAt":0}'])(
		"when all it says is %j, and has said for its term",
		async (text) => {
			await writeFile(file, text);
			const old = new Date(Date.now() - 60_001);
			await utimes(file, old, old);
			expect((await run(held)).holder).toBe(HOLDER);
		},
	);
});

describe("a run waits", () => {
	test("for one whose clock is a little ahead", async () => {
		await note("other", Date.now() + 1_000);
		const ended = run(held);
		await vi.waitFor(() => expect(lines).toHaveLength(1));
		await rm(file);
		expect((await ended).holder).toBe(HOLDER);
	});

	test("for one that is about to write its lease", async () => {
		await writeFile(file, "");
		const ended = run(held);
		await vi.waitFor(() =>
			expect(lines).toMatchObject([{ holder: "another run" }]),
		);
		await rm(file);
		expect((await ended).holder).toBe(HOLDER);
	});
});

describe("a run whose lease another one took over", () => {
	test("does not take it back, and leaves it where it is", async () => {
		const first = running("first");
		await first.begun();
		await note("other", 1);
		await sleep(30);
		expect(await held()).toEqual({
			id: "other",
			holder: "another",
			renewedAt: 1,
		});
		await first.end();
		expect(await held()).toEqual({
			id: "other",
			holder: "another",
			renewedAt: 1,
		});
	});

	test("ends well when the lease cannot be read any more", async () => {
		const result = await run(async () => {
			await rm(file);
			await mkdir(file);
			return 42;
		});
		expect(result).toBe(42);
	});
});

test("a folder that cannot be written keeps no run from its work", async () => {
	state = join(state, "file");
	await writeFile(state, "");
	expect(await run(async () => 42)).toBe(42);
	expect(lines).toMatchObject([
		{ level: "warn", msg: "runs without a lease", err: { code: "EEXIST" } },
	]);
});

test("two runs at once that could take no lease both do their work", async () => {
	await mkdir(file);
	expect(await Promise.all([run(async () => 1), run(async () => 2)])).toEqual([
		1, 2,
	]);
	expect(messages()).toEqual(["runs without a lease", "runs without a lease"]);
});
