import { join } from "node:path";
import { Cron } from "croner";
import { messageOf } from "./error-message.ts";
import { type JobNote, type RunNote, readLastRun } from "./job-note.ts";
import type { Logger } from "./log.ts";
import { writeStateFile } from "./state-file.ts";

/** A job that notes its runs. */
export interface NotedJob {
	/** Names its note, `<name>.json`. */
	readonly name: string;
	/** Cron expression with five fields. */
	readonly schedule: string;
	/** IANA name. */
	readonly timeZone: string;
}

/** The note of a job in its state folder. Runs of a schedule and runs by hand write the same one. */
export class NoteFile {
	readonly #job: NotedJob;
	readonly #file: string;
	readonly #log: Logger;

	constructor(state: string, job: NotedJob, log: Logger) {
		this.#job = job;
		this.#file = join(state, `${job.name}.json`);
		this.#log = log;
	}

	/** Notes that no run is going on, and when the next one is due. */
	async idle(): Promise<void> {
		await this.#write({ running: false }, await readLastRun(this.#file));
	}

	/** Notes that a run is going on since then, RFC 3339. */
	async began(startedAt: string): Promise<void> {
		const lastRun = await readLastRun(this.#file);
		await this.#write({ running: true, startedAt }, lastRun);
	}

	/** Notes how a run went. */
	ended(run: RunNote): Promise<void> {
		return this.#write({ running: false }, run);
	}

	#write(
		now: Pick<JobNote, "running" | "startedAt">,
		lastRun: RunNote | undefined,
	): Promise<void> {
		const { name: job, schedule, timeZone } = this.#job;
		const cron = new Cron(schedule, {
			mode: "5-part",
			timezone: timeZone,
			paused: true,
		});
		const nextAt = cron.nextRun()?.toISOString() ?? null;
		const about = { job, schedule, timeZone, nextAt, ...now };
		const note: JobNote = { ...about, ...(lastRun && { lastRun }) };
		return writeStateFile(this.#file, JSON.stringify(note), this.#log);
	}
}

/**
 * Does a run and notes its begin and its end. One that was stopped while it waited for another is not
 * noted: it is the other's that is going on.
 *
 * @param run is given what to call when it begins
 * @param noteOf what is to be noted of its result
 * @throws what `run` throws
 */
export async function notedRun<Result>(
	note: NoteFile,
	signal: AbortSignal,
	run: (onBegin: () => Promise<void>) => Promise<Result>,
	noteOf: (result: Result) => object,
): Promise<Result> {
	let startedAt = new Date().toISOString();
	let hasBegun = false;
	const end = (result: object) => {
		const endedAt = new Date().toISOString();
		return note.ended({ startedAt, endedAt, ...result });
	};
	try {
		const result = await run(async () => {
			hasBegun = true;
			startedAt = new Date().toISOString();
			await note.began(startedAt);
		});
		await end(noteOf(result));
		return result;
	} catch (error) {
		if (hasBegun || !signal.aborted) await end({ error: messageOf(error) });
		throw error;
	}
}
