import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createLogger } from "../../../services/jobs/log.ts";
import {
	runOnSchedule,
	type ScheduledJob,
} from "../../../services/jobs/schedule.ts";

let state: string;
let stop: AbortController;
let lines: { msg: string; [key: string]: unknown }[];
/** The runs that are going on, each with the means to end it. */
let runs: {
	end(result: object): void;
	fail(error: Error): void;
	signal: AbortSignal;
}[];

beforeEach(async () => {
	state = await mkdtemp(join(tmpdir(), "schedule-"));
	stop = new AbortController();
	lines = [];
	runs = [];
	vi.useFakeTimers({
		toFake: [
			"setTimeout",
			"clearTimeout",
			"setInterval",
			"clearInterval",
			"Date",
		],
	});
	vi.setSystemTime(new Date("2026-11-24T06:00:10Z"));
});

afterEach(async () => {
	vi.useRealTimers();
	await rm(state, { recursive: true, force: true });
});

/** A job that goes on until the test ends it. */
const promote: ScheduledJob = {
	name: "promote",
	schedule: "*/5 * * * *",
	timeZone: "Europe/Berlin",
	run: async (signal, onBegin) => {
		await onBegin();
		return new Promise((end, fail) => runs.push({ end, fail, signal }));
	},
};

function start(...jobs: readonly ScheduledJob[]): Promise<void> {
	return runOnSchedule({
		jobs: jobs.length > 0 ? jobs : [promote],
		state,
		stop: stop.signal,
		graceMs: 10_000,
		log: createLogger(
			{ write: (line) => lines.push(JSON.parse(line)) },
			"info",
		),
	});
}

const started = () =>
	vi.waitFor(() => expect(messages()).toContain("waiting for the schedule"));
const messages = () => lines.map(({ msg }) => msg);
/** Waits until so many runs have begun. */
const running = (count: number) =>
	vi.waitFor(() => expect(runs).toHaveLength(count));
const noteOf = async (job: string) =>
	JSON.parse(await readFile(join(state, `${job}.json`), "utf8"));
/** Waits until the note of a run that has ended is there. */
const lastRun = async () => {
	const note = await noteOf("promote");
	expect(note).toMatchObject({ running: false, lastRun: expect.anything() });
	return note.lastRun;
};

test("runs when the schedule says so, in its time zone", async () => {
	const ended = start({ ...promote, schedule: "30 7 * * *" });
	await started();
	expect(lines[0]).toMatchObject({ next: "2026-11-24T06:30:00.000Z" });
	await vi.advanceTimersByTimeAsync(29 * 60_000);
	expect(runs).toHaveLength(0);
	await vi.advanceTimersByTimeAsync(60_000);
	await running(1);
	runs[0]?.end({});
	stop.abort();
	await ended;
});

test("notes when a job runs next before its first run", async () => {
	const ended = start();
	await started();
	expect(await noteOf("promote")).toEqual({
		job: "promote",
		schedule: "*/5 * * * *",
		timeZone: "Europe/Berlin",
		nextAt: "2026-11-24T06:05:00.000Z",
		running: false,
	});
	stop.abort();
	await ended;
});

test("notes that a run is going on, then its result", async () => {
	const ended = start();
	await started();
	await vi.advanceTimersByTimeAsync(5 * 60_000);
	await vi.waitFor(async () =>
		expect(await noteOf("promote")).toEqual({
			job: "promote",
			schedule: "*/5 * * * *",
			timeZone: "Europe/Berlin",
			nextAt: "2026-11-24T06:10:00.000Z",
			running: true,
			startedAt: expect.stringMatching(/^2026-11-24T06:05:00/),
		}),
	);
	await running(1);
	runs[0]?.end({ exitStatus: 1 });
	await vi.waitFor(async () =>
		expect(await noteOf("promote")).toEqual({
			job: "promote",
			schedule: "*/5 * * * *",
			timeZone: "Europe/Berlin",
			nextAt: "2026-11-24T06:10:00.000Z",
			running: false,
			lastRun: {
				startedAt: expect.stringMatching(/^2026-11-24T06:05:00/),
				endedAt: expect.any(String),
				exitStatus: 1,
			},
		}),
	);
	stop.abort();
	await ended;
});

describe("after a restart", () => {
	const before = { startedAt: "2026-11-24T05:00:00.000Z", exitStatus: 1 };

	test.each<[string, object, object]>([
		["the last result is still noted", { running: false }, before],
		[
			"a run that the end of the process cut off is noted",
			{ running: true, startedAt: "2026-11-24T06:00:00.000Z" },
			{
				startedAt: "2026-11-24T06:00:00.000Z",
				error: "the process ended before the run did",
			},
		],
	])("%s", async (_, note, noted) => {
		const file = join(state, "promote.json");
		await writeFile(file, JSON.stringify({ ...note, lastRun: before }));
		const ended = start();
		await started();
		expect(await lastRun()).toEqual(noted);
		stop.abort();
		await ended;
	});

	test.each(["", "{", "[]", '{"running":1}'])(
		"a note that reads %j is written anew",
		async (text) => {
			await writeFile(join(state, "promote.json"), text);
			const ended = start();
			await started();
			expect(await noteOf("promote")).not.toHaveProperty("lastRun");
			stop.abort();
			await ended;
		},
	);
});

test("jobs do not wait for each other", async () => {
	let mirrorRuns = 0;
	const mirror = {
		...promote,
		name: "mirror",
		run: async () => ({ exitStatus: 0, number: ++mirrorRuns }),
	};
	const mirrored = (number: number) =>
		vi.waitFor(async () =>
			expect(await noteOf("mirror")).toMatchObject({
				running: false,
				lastRun: { number },
			}),
		);
	const ended = start(promote, mirror);
	await vi.waitFor(() => expect(messages()).toHaveLength(2));
	await vi.advanceTimersByTimeAsync(5 * 60_000);
	await running(1);
	await mirrored(1);
	await vi.advanceTimersByTimeAsync(5 * 60_000);
	await mirrored(2);
	expect(await noteOf("promote")).toMatchObject({ running: true });
	stop.abort();
	runs[0]?.end({});
	await ended;
	expect(await noteOf("promote")).toMatchObject({ running: false });
});

test("never runs twice at once", async () => {
	const ended = start();
	await started();
	await vi.advanceTimersByTimeAsync(16 * 60_000);
	await running(1);
	expect(messages()).toContain(
		"a run was due while the one before it is still going on; left out",
	);
	runs[0]?.end({});
	await vi.waitFor(lastRun);
	await vi.advanceTimersByTimeAsync(5 * 60_000);
	await running(2);
	runs[1]?.end({});
	stop.abort();
	await ended;
});

test("goes on after a run that failed", async () => {
	const ended = start();
	await started();
	await vi.advanceTimersByTimeAsync(5 * 60_000);
	await running(1);
	runs[0]?.fail(new Error("no such folder"));
	await vi.waitFor(async () =>
		expect(await lastRun()).toMatchObject({ error: "no such folder" }),
	);
	await vi.advanceTimersByTimeAsync(5 * 60_000);
	await running(2);
	runs[1]?.end({});
	stop.abort();
	await ended;
});

describe("when it is stopped", () => {
	test("lets the run under way finish", async () => {
		const ended = start();
		await started();
		await vi.advanceTimersByTimeAsync(5 * 60_000);
		await running(1);
		stop.abort();
		await vi.advanceTimersByTimeAsync(9_000);
		expect(runs[0]?.signal.aborted).toBe(false);
		runs[0]?.end({ exitStatus: 0 });
		await ended;
		expect(await lastRun()).toMatchObject({ exitStatus: 0 });
		expect(messages().at(-1)).toBe("stopped");
		// A timer that is left would hold the process.
		expect(vi.getTimerCount()).toBe(0);
	});

	test("aborts a run that takes longer than the grace, and notes it", async () => {
		const ended = start();
		await started();
		await vi.advanceTimersByTimeAsync(5 * 60_000);
		await running(1);
		stop.abort();
		await vi.advanceTimersByTimeAsync(10_000);
		expect(runs[0]?.signal.reason).toEqual(
			new Error("the job was stopped before it could finish"),
		);
		runs[0]?.end({ exitStatus: 1 });
		await ended;
		expect(await lastRun()).toMatchObject({ exitStatus: 1 });
	});

	test("between runs ends at once and starts no other", async () => {
		const ended = start();
		await started();
		stop.abort();
		await ended;
		await vi.advanceTimersByTimeAsync(3_600_000);
		expect(runs).toEqual([]);
	});

	test("before it began ends at once", async () => {
		stop.abort();
		await start();
		expect(runs).toEqual([]);
	});
});

test("shows that it is alive twice a minute, also during a run", async () => {
	const ended = start();
	await started();
	const file = join(state, "alive");
	expect(await readFile(file, "utf8")).toMatch(/^2026-11-24T06:00:10/);
	await vi.advanceTimersByTimeAsync(5 * 60_000 + 30_000);
	await vi.waitFor(async () =>
		expect(await readFile(file, "utf8")).toMatch(/^2026-11-24T06:05:40/),
	);
	runs[0]?.end({});
	stop.abort();
	await ended;
});

test("a state folder that cannot be written does not end the schedule", async () => {
	const ended = start();
	await started();
	await rm(state, { recursive: true });
	await writeFile(state, "a file is in the way");
	await vi.advanceTimersByTimeAsync(5 * 60_000);
	await running(1);
	runs[0]?.end({});
	await vi.waitFor(() =>
		expect(messages()).toContain("cannot write the state of the job"),
	);
	await expect(stat(join(state, "promote.json"))).rejects.toThrow();
	stop.abort();
	await ended;
});
