import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Cron } from "croner";
import type { Logger } from "./log.ts";

export interface ScheduleOptions {
	/** Cron expression with five fields. */
	readonly schedule: string;
	/** IANA name. */
	readonly timeZone: string;
	/** Folder for `last-run.json` and `alive`. */
	readonly state: string;
	/** Ends the schedule. */
	readonly stop: AbortSignal;
	/** How long a run may still take after `stop` before it is aborted. */
	readonly graceMs: number;
	readonly log: Logger;
	/** Does one run and returns what is to be noted of it. It is to end soon once its signal is aborted. */
	readonly run: (signal: AbortSignal) => Promise<object>;
}

/** How often the file `alive` is written; a health check looks for one that is not too old. */
const ALIVE_MS = 30_000;

/**
 * Runs a job on a schedule, inside this process, until it is told to stop. A run that is due while
 * another one is going on is left out. What goes wrong in a run is noted and does not end the schedule.
 */
export async function runOnSchedule(options: ScheduleOptions): Promise<void> {
	const { schedule, timeZone, state, stop, graceMs, log } = options;
	const abort = new AbortController();
	let running: Promise<void> | undefined;
	await mkdir(state, { recursive: true });
	const heart = await startHeart(join(state, "alive"), log);
	const cron = new Cron(
		schedule,
		{ mode: "5-part", timezone: timeZone, protect: () => late(log) },
		async () => {
			running = runOnce(options, abort.signal, () => cron.nextRun());
			await running;
			running = undefined;
		},
	);
	log.info(
		{ schedule, timeZone, next: cron.nextRun() },
		"waiting for the schedule",
	);
	await aborted(stop);
	cron.stop();
	if (running) {
		log.info({ graceMs }, "stopping, the run under way may finish");
		const timer = setTimeout(
			() =>
				abort.abort(new Error("the job was stopped before it could finish")),
			graceMs,
		);
		await running;
		clearTimeout(timer);
	}
	await heart.stop();
	log.info("stopped");
}

// One write after the other: two at once would take each other's file away.
async function startHeart(file: string, log: Logger) {
	const beat = () => writeState(file, new Date().toISOString(), log);
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

function late(log: Logger): void {
	log.warn("a run was due while the one before it is still going on; left out");
}

async function runOnce(
	{ state, log, run }: ScheduleOptions,
	signal: AbortSignal,
	nextRun: () => Date | null,
): Promise<void> {
	const startedAt = new Date().toISOString();
	const result = await run(signal).catch((error: unknown) => {
		log.error({ err: error }, "the run could not be done");
		return { error: error instanceof Error ? error.message : String(error) };
	});
	const note = {
		startedAt,
		endedAt: new Date().toISOString(),
		nextAt: nextRun()?.toISOString() ?? null,
		...result,
	};
	await writeState(join(state, "last-run.json"), JSON.stringify(note), log);
}

// Through another name, so that a reader never sees half a file.
async function writeState(
	file: string,
	content: string,
	log: Logger,
): Promise<void> {
	try {
		await writeFile(`${file}.new`, `${content}\n`);
		await rename(`${file}.new`, file);
	} catch (error) {
		log.error({ err: error, file }, "cannot write the state of the job");
	}
}

function aborted(signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) resolve();
		else signal.addEventListener("abort", () => resolve(), { once: true });
	});
}
