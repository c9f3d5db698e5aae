import { expect, test, vi } from "vitest";
import { jobNote } from "../../../toolchain/kubernetes/job-notes.ts";

const cronJob = (suspend = false) => ({
	metadata: { name: "cleanup" },
	spec: { schedule: "0 3 * * *", timeZone: "Europe/Berlin", suspend },
});

const job = (name: string, startTime: string, end?: object) => ({
	metadata: { name },
	status: end
		? { startTime, conditions: [{ status: "True", ...end }] }
		: { startTime, active: 1 },
});

const COMPLETE = {
	type: "Complete",
	lastTransitionTime: "2026-11-24T02:00:09Z",
};
const FAILED = {
	type: "Failed",
	lastTransitionTime: "2026-11-25T02:00:09Z",
	message: "Job has reached the specified backoff limit",
};

test("a CronJob that never ran says when it will, in its own time zone", () => {
	vi.useFakeTimers({ now: new Date("2026-11-24T12:00:00Z") });
	expect(jobNote(cronJob(), [])).toEqual({
		job: "cleanup",
		schedule: "0 3 * * *",
		timeZone: "Europe/Berlin",
		nextAt: "2026-11-25T02:00:00.000Z",
		running: false,
	});
	vi.useRealTimers();
});

test("the last run is the one that began last of those that ended, and says why it failed", () => {
	const note = jobNote(cronJob(true), [
		job("cleanup-1", "2026-11-24T02:00:00Z", COMPLETE),
		job("cleanup-2", "2026-11-25T02:00:00Z", FAILED),
		job("cleanup-3", "2026-11-26T02:00:00Z"),
	]);
	expect(note).toEqual({
		job: "cleanup",
		schedule: "0 3 * * *",
		timeZone: "Europe/Berlin",
		nextAt: null,
		running: true,
		startedAt: "2026-11-26T02:00:00Z",
		lastRun: {
			startedAt: "2026-11-25T02:00:00Z",
			endedAt: "2026-11-25T02:00:09Z",
			exitStatus: 1,
			error: "cleanup-2: Job has reached the specified backoff limit",
		},
	});
});
