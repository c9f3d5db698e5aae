import { Cron } from "croner";
import { z } from "zod";
import type { JobEndpoint } from "../../topology/job-config.ts";

/** The address of a registry. */
export const url = z.string().refine((text) => {
	const parsed = URL.parse(text);
	return (
		parsed !== null &&
		/^https?:$/.test(parsed.protocol) &&
		parsed.href === `${parsed.origin}/`
	);
}, "http:// or https://, a host and perhaps a port, nothing else");

/** The fields of a registry with the account a job has there. */
export const endpoint = {
	url,
	username: z.string().regex(/^[^:\p{Cc}]+$/u, "a name without ':'"),
	passwordFile: z.string().min(1, "the path of a file"),
} satisfies Record<keyof JobEndpoint, z.ZodType>;

/** The fields that say when a job runs. */
export const timetable = {
	schedule: z
		.string()
		.refine(comesDue, "a cron expression with five fields that comes due"),
	timeZone: z.string().refine(isTimeZone, "an IANA time zone"),
};

/** The path of a folder. */
export const folder = z.string().min(1, "the path of a folder");

function comesDue(schedule: string): boolean {
	try {
		const cron = new Cron(schedule, { mode: "5-part", paused: true });
		return cron.nextRun() !== null;
	} catch {
		return false;
	}
}

function isTimeZone(name: string): boolean {
	try {
		return new Intl.DateTimeFormat("en", { timeZone: name }).format() !== "";
	} catch {
		return false;
	}
}
