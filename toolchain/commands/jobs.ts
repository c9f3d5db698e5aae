import { ensureEngine } from "../docker-engine.ts";
import { readJobNotes } from "../job-notes.ts";
import { jobTable } from "../job-table.ts";
import type { StackOptions } from "../main.ts";

/** `npm run jobs -- list`: when each job runs next, and how it went the last time. */
export async function listJobs({
	stack,
	json,
}: StackOptions & { readonly json?: boolean }): Promise<number> {
	const { client, env } = await ensureEngine({ install: false });
	const notes = await readJobNotes(client, stack, env);
	console.log(json ? JSON.stringify(notes, null, 2) : jobTable(notes));
	return 0;
}
