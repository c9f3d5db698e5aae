import { expect, test } from "vitest";
import { type JobNote, parseNote } from "../../toolchain/job-notes.ts";
import { jobTable, wentWell } from "../../toolchain/job-table.ts";

const promote: JobNote = {
	job: "promote",
	schedule: "*/5 * * * *",
	timeZone: "UTC",
	nextAt: "2026-11-24T10:25:00.000Z",
	running: false,
	lastRun: {
		startedAt: "2026-11-24T10:20:00.012Z",
		endedAt: "2026-11-24T10:20:03.412Z",
		exitStatus: 1,
		counts: { promoted: 2, present: 0, refused: 1 },
		trouble: ["refused team/app:1.0.0: the tag points to another digest"],
	},
};
const cleanup: JobNote = {
	job: "cleanup",
	schedule: "0 3 * * *",
	timeZone: "UTC",
	nextAt: null,
	running: false,
};

test("a note is read back whole, and what is no note is left out", () => {
	expect(parseNote(JSON.stringify(promote))).toEqual([promote]);
	expect(parseNote('{"job": "promote"}')).toEqual([]);
	expect(parseNote("half a fi")).toEqual([]);
});

test("the list shows the next run, the last one, and its trouble in words", () => {
	expect(jobTable([cleanup, promote]).split("\n")).toEqual([
		" job       schedule          next run           last run",
		" cleanup   0 3 * * * UTC     never              not yet",
		" promote   */5 * * * * UTC   2026-11-24 10:25   2026-11-24 10:20 failed, 2 promoted, 1 refused",
		"  promote: refused team/app:1.0.0: the tag points to another digest",
	]);
});

test("a run under way is said to be", () => {
	const running = {
		...cleanup,
		running: true,
		startedAt: "2026-11-24T03:00:00.000Z",
	};
	expect(jobTable([running])).toContain("running since 2026-11-24 03:00");
});

test("a run that ended badly, or with its process, did not go well; none yet is no failure", () => {
	const died = {
		startedAt: "x",
		error: "the process ended before the run did",
	};
	expect([promote, cleanup, { lastRun: died }].map(wentWell)).toEqual([
		false,
		true,
		false,
	]);
});
