import type Docker from "dockerode";
import { z } from "zod";
import { JOB_SERVERS } from "./job-server.ts";
import { runCaptured } from "./process.ts";
import { runningContainer } from "./stack-containers.ts";

// What services/jobs/job-note.ts writes, as far as it is shown.
const noteSchema = z.looseObject({
	job: z.string(),
	schedule: z.string(),
	timeZone: z.string(),
	nextAt: z.string().nullable(),
	running: z.boolean(),
	startedAt: z.string().optional(),
	lastRun: z
		.looseObject({
			startedAt: z.string(),
			endedAt: z.string().optional(),
			error: z.string().optional(),
			exitStatus: z.number().optional(),
			counts: z.record(z.string(), z.number()).optional(),
			trouble: z.array(z.string()).optional(),
		})
		.optional(),
});

/** What a job notes about itself: its schedule, when it runs next, and how it went the last time. */
export type JobNote = z.infer<typeof noteSchema>;

/**
 * The notes of all jobs of a stack, by name.
 *
 * @throws {UserError} when a scheduler does not run
 */
export async function readJobNotes(
	client: Docker,
	stack: string,
	env: Readonly<Record<string, string>>,
): Promise<readonly JobNote[]> {
	const notes = await Promise.all(
		[...new Set(Object.values(JOB_SERVERS))].map(async (name) => {
			const { Id } = await runningContainer(client, stack, name);
			const script = 'for f in /state/*.json; do cat "$f"; done';
			const args = ["exec", Id, "sh", "-c", script];
			const { stdout } = await runCaptured("docker", args, { env });
			return stdout.split("\n").flatMap(parseNote);
		}),
	);
	return notes.flat().sort((a, b) => (a.job < b.job ? -1 : 1));
}

/** A line of JSON as a note; nothing when it is something else. */
export function parseNote(line: string): readonly JobNote[] {
	try {
		const { data } = noteSchema.safeParse(JSON.parse(line));
		return data ? [data] : [];
	} catch {
		return [];
	}
}
