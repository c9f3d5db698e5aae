import { readFile } from "node:fs/promises";
import { z } from "zod";

/** How a run went, as the job sums it up, e.g. with `exitStatus`, `seconds`, `counts` and `trouble`. */
export interface RunNote {
	/** RFC 3339. */
	readonly startedAt: string;
	/** RFC 3339. Absent when the process ended first. */
	readonly endedAt?: string;
	/** Why there is no result. */
	readonly error?: string;
	readonly [result: string]: unknown;
}

/** What is noted about a job, for whoever lists them. */
export interface JobNote {
	readonly job: string;
	/** A cron expression with five fields. */
	readonly schedule: string;
	/** IANA name of the schedule's time zone. */
	readonly timeZone: string;
	/** RFC 3339; null when it never comes due again. */
	readonly nextAt: string | null;
	readonly running: boolean;
	/** When the run that is going on began, RFC 3339. */
	readonly startedAt?: string;
	/** Absent before the first run. */
	readonly lastRun?: RunNote;
}

const lastRun = z.looseObject({
	startedAt: z.string(),
	endedAt: z.string().exactOptional(),
	error: z.string().exactOptional(),
});

const noteSchema = z.object({
	running: z.boolean(),
	startedAt: z.string().exactOptional(),
	lastRun: lastRun.exactOptional(),
});

/**
 * The last run that the process before this one noted. One that was going on when that process ended
 * counts: whoever lists the jobs is to hear of it. Undefined when there is no note that can be read.
 */
export async function readLastRun(file: string): Promise<RunNote | undefined> {
	let json: unknown;
	try {
		json = JSON.parse(await readFile(file, "utf8"));
	} catch {
		return undefined;
	}
	const { data: note } = noteSchema.safeParse(json);
	if (note?.running && note.startedAt !== undefined) {
		const { startedAt } = note;
		return { startedAt, error: "the process ended before the run did" };
	}
	return note?.lastRun;
}
