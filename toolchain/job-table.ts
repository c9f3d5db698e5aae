import type { JobNote } from "./job-notes.ts";
import { plainTable } from "./plain-table.ts";

/** The jobs for a person: when each runs next, and how it went the last time. */
export function jobTable(notes: readonly JobNote[]): string {
	const rows = notes.map(({ job, schedule, timeZone, nextAt, ...note }) => [
		job,
		`${schedule} ${timeZone}`,
		nextAt ? shortTime(nextAt) : "never",
		lastRunOf(note),
	]);
	const trouble = notes.flatMap(({ job, lastRun }) =>
		[lastRun?.error, ...(lastRun?.trouble ?? [])].flatMap((line) =>
			line === undefined ? [] : [`  ${job}: ${line}`],
		),
	);
	const table = plainTable(["job", "schedule", "next run", "last run"], rows);
	return [table, ...trouble].join("\n");
}

/** Whether the last run of a job went as it should; true before the first. */
export function wentWell({ lastRun }: Pick<JobNote, "lastRun">): boolean {
	if (!lastRun) return true;
	return lastRun.error === undefined && (lastRun.exitStatus ?? 0) === 0;
}

function lastRunOf({
	running,
	startedAt,
	lastRun,
}: Pick<JobNote, "running" | "startedAt" | "lastRun">): string {
	if (running) return `running since ${shortTime(startedAt ?? "")}`;
	if (!lastRun) return "not yet";
	const counts = Object.entries(lastRun.counts ?? {})
		.filter(([, count]) => count > 0)
		.map(([what, count]) => `${count} ${what}`);
	const outcome = wentWell({ lastRun }) ? "ok" : "failed";
	return [`${shortTime(lastRun.startedAt)} ${outcome}`, ...counts].join(", ");
}

const shortTime = (time: string) => time.replace("T", " ").slice(0, 16);
