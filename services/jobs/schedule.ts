import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Cron } from "croner";
import type { Logger } from "./log.ts";
import { type NotedJob, NoteFile, notedRun } from "./note-file.ts";
import { writeStateFile } from "./state-file.ts";

/** A job and when it is due. */
export interface ScheduledJob extends NotedJob {
	/**
	 * Does one run, says when it begins, and returns what is to be noted of it. It is to end soon once its
	 * signal is aborted.
	 */
	readonly run: (
		signal: AbortSignal,
		onBegin: () => Promise<void>,
	) => Promise<object>;
}

export interface ScheduleOptions {
	/** They do not wait for each other. */
	readonly jobs: readonly ScheduledJob[];
	/** Folder for `alive` and a note of each job. */
	readonly state: string;
	/** Ends the schedule. */
	readonly stop: AbortSignal;
	/** How long the runs under way may still take after `stop` before they are aborted. */
	readonly graceMs: number;
	readonly log: Logger;
}

/** How often the file `alive` is written; a health check looks for one that is not too old. */
const ALIVE_MS = 30_000;

/**
 * Runs jobs on their schedules, inside this process, until it is told to stop. A run that is due while
 * another one of the same job is going on is left out. What goes wrong in a run is noted and does not
 * end the schedule.
 */
export async function runOnSchedule(options: ScheduleOptions): Promise<void> {
	const { jobs, state, stop, graceMs, log } = options;
	const abort = new AbortController();
	await mkdir(state, { recursive: true });
	const heart = await startHeart(join(state, "alive"), log);
	const timetables = await Promise.all(
		jobs.map((job) => startTimetable(job, options, abort.signal)),
	);
	await aborted(stop);
	const underWay = timetables.flatMap((timetable) => timetable.stop() ?? []);
	if (underWay.length > 0) {
		log.info({ graceMs }, "stopping, the run under way may finish");
		const timer = setTimeout(
			() =>
				abort.abort(new Error("the job was stopped before it could finish")),
			graceMs,
		);
		await Promise.all(underWay);
		clearTimeout(timer);
	}
	await heart.stop();
	log.info("stopped");
}

// One write after the other: two at once would take each other's file away.
async function startHeart(file: string, log: Logger) {
	const beat = () => writeStateFile(file, new Date().toISOString(), log);
	let last = beat();
	await last;
	const timer = setInterval(() => {
		last = last.then(beat);
	}, ALIVE_MS);
	return {
		stop: () => {
			clearInterval(timer);
			return last;
		},
	};
}

/** One job's part of the schedule. */
interface Timetable {
	/** Starts no further run; the one that is under way, if there is one. */
	stop(): Promise<void> | undefined;
}

async function startTimetable(
	job: ScheduledJob,
	options: ScheduleOptions,
	signal: AbortSignal,
): Promise<Timetable> {
	const { name, schedule, timeZone, run } = job;
	const log = options.log.child({ job: name });
	const note = new NoteFile(options.state, job, log);
	let underWay: Promise<void> | undefined;
	// Started when the first note is written: a run that is due at once would write at the same time.
	const cron = new Cron(
		schedule,
		{
			mode: "5-part",
			timezone: timeZone,
			protect: () => late(log),
			paused: true,
		},
		async () => {
			underWay = runAndNote();
			await underWay;
			underWay = undefined;
		},
	);
	await note.idle();
	cron.resume();
	log.info(
		{ schedule, timeZone, next: cron.nextRun() },
		"waiting for the schedule",
	);
	return {
		stop: () => {
			cron.stop();
			return underWay;
		},
	};

	async function runAndNote(): Promise<void> {
		try {
			await notedRun(
				note,
				signal,
				(onBegin) => run(signal, onBegin),
				(result) => result,
			);
		} catch (error) {
			log.error({ err: error }, "the run could not be done");
		}
	}
}

function late(log: Logger): void {
	log.warn("a run was due while the one before it is still going on; left out");
}

function aborted(signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) resolve();
		else signal.addEventListener("abort", () => resolve(), { once: true });
	});
}
