import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createLogger } from "../../../services/jobs/log.ts";
import {
	runOnSchedule,
	type ScheduleOptions,
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

function start(options: Partial<ScheduleOptions> = {}): Promise<void> {
	return runOnSchedule({
		schedule: "*/5 * * * *",
		timeZone: "Europe/Berlin",
		state,
		stop: stop.signal,
		graceMs: 10_000,
		log: createLogger(
			{ write: (line) => lines.push(JSON.parse(line)) },
			"info",
		),
		run: (signal) =>
			new Promise((end, fail) => runs.push({ end, fail, signal })),
		...options,
	});
}

const started = () =>
	vi.waitFor(() => expect(messages()).toContain("waiting for the schedule"));
const messages = () => lines.map(({ msg }) => msg);
const lastRun = async () =>
	JSON.parse(await readFile(join(state, "last-run.json"), "utf8"));

test("runs when the schedule says so, in its time zone", async () => {
	const ended = start({ schedule: "30 7 * * *" });
	await started();
	expect(lines[0]).toMatchObject({ next: "2026-11-24T06:30:00.000Z" });
	await vi.advanceTimersByTimeAsync(29 * 60_000);
	expect(runs).toHaveLength(0);
	await vi.advanceTimersByTimeAsync(60_000);
	expect(runs).toHaveLength(1);
	runs[0]?.end({});
	stop.abort();
	await ended;
});

test("notes the result of a run, when it was, and when the next one is", async () => {
	const ended = start();
	await started();
	await vi.advanceTimersByTimeAsync(5 * 60_000);
	runs[0]?.end({ exitStatus: 1 });
	await vi.waitFor(async () =>
		expect(await lastRun()).toEqual({
			startedAt: expect.stringMatching(/^2026-11-24T06:05:00/),
			endedAt: expect.any(String),
			nextAt: "2026-11-24T06:10:00.000Z",
			exitStatus: 1,
		}),
	);
	stop.abort();
	await ended;
});

test("never runs twice at once", async () => {
	const ended = start();
	await started();
	await vi.advanceTimersByTimeAsync(16 * 60_000);
	expect(runs).toHaveLength(1);
	expect(messages()).toContain(
		"a run was due while the one before it is still going on; left out",
	);
	runs[0]?.end({});
	await vi.waitFor(lastRun);
	await vi.advanceTimersByTimeAsync(5 * 60_000);
	expect(runs).toHaveLength(2);
	runs[1]?.end({});
	stop.abort();
	await ended;
});

test("goes on after a run that failed", async () => {
	const ended = start();
	await started();
	await vi.advanceTimersByTimeAsync(5 * 60_000);
	runs[0]?.fail(new Error("no such folder"));
	await vi.waitFor(async () =>
		expect(await lastRun()).toMatchObject({ error: "no such folder" }),
	);
	await vi.advanceTimersByTimeAsync(5 * 60_000);
	expect(runs).toHaveLength(2);
	runs[1]?.end({});
	stop.abort();
	await ended;
});

describe("when it is stopped", () => {
	test("lets the run under way finish", async () => {
		const ended = start();
		await started();
		await vi.advanceTimersByTimeAsync(5 * 60_000);
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
	runs[0]?.end({});
	await vi.waitFor(() =>
		expect(messages()).toContain("cannot write the state of the job"),
	);
	await expect(stat(join(state, "last-run.json"))).rejects.toThrow();
	stop.abort();
	await ended;
});
