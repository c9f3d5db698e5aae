import { type Command, InvalidArgumentError } from "commander";
import { cleanup } from "../cleanup/cleanup.ts";
import { summaryOf as cleanupSummary } from "../cleanup/report.ts";
import { loadHousekeepingConfig } from "../housekeeping-config.ts";
import { createLogger, type Logger } from "../log.ts";
import { mirror } from "../mirror/mirror.ts";
import { summaryOf as mirrorSummary } from "../mirror/report.ts";
import type { CommandLine, Process } from "../process.ts";
import { lineProgress } from "../progress.ts";
import { promote } from "../promote/promote.ts";
import { loadPromoterConfig } from "../promote/promoter-config.ts";
import { summaryOf as promotionSummary } from "../promote/report.ts";
import { runOnSchedule, type ScheduledJob } from "../schedule.ts";
import { HOUSEKEEPING_CONFIG } from "./cleanup.ts";
import { PROMOTER_CONFIG } from "./promote.ts";

/** Docker and Kubernetes are told to wait at least 20 s before they kill the job. */
const GRACE_SECONDS = 15;

interface ScheduleFlags {
	readonly config: string;
	readonly state?: string;
	readonly graceSeconds: number;
}

/** What a configuration file says to do, and where to note it. */
interface Timetable {
	readonly jobs: readonly ScheduledJob[];
	readonly state: string;
}

/** Adds `schedule promote` and `schedule housekeeping`, which run until the process is stopped. */
export function addSchedule(program: Command, { io }: CommandLine): void {
	const schedule = program
		.command("schedule")
		.description(
			"Runs jobs on the schedules of the configuration until it is stopped.",
		);
	withOptions(schedule.command("promote", { isDefault: true }), PROMOTER_CONFIG)
		.description("Promotes. What is done when no job is named.")
		.action((flags: ScheduleFlags) => runSchedule(flags, promotion, io));
	withOptions(schedule.command("housekeeping"), HOUSEKEEPING_CONFIG)
		.description("Cleans up, and fills the Archive where there is one.")
		.action((flags: ScheduleFlags) => runSchedule(flags, housekeeping, io));
}

function withOptions(command: Command, config: string): Command {
	return command
		.option("--config <file>", "configuration of the jobs", config)
		.option(
			"--state <folder>",
			"where to note the runs, instead of the configuration's",
		)
		.option(
			"--grace-seconds <n>",
			"how long a run may still take after SIGTERM",
			seconds,
			GRACE_SECONDS,
		);
}

async function runSchedule(
	{ config: file, state, graceSeconds }: ScheduleFlags,
	load: (file: string, log: Logger) => Promise<Timetable>,
	{ stderr, stop }: Process,
): Promise<void> {
	const log = createLogger(stderr, "info");
	const timetable = await load(file, log);
	await runOnSchedule({
		jobs: timetable.jobs,
		state: state ?? timetable.state,
		stop,
		graceMs: graceSeconds * 1000,
		log,
	});
}

async function promotion(file: string, log: Logger): Promise<Timetable> {
	const config = await loadPromoterConfig(file);
	const { schedule, timeZone, state } = config;
	const run: ScheduledJob["run"] = async (signal, onBegin) => {
		const progress = lineProgress(log, "promoting");
		const options = { config, dryRun: false, signal, log, onBegin };
		return promotionSummary(await promote({ ...options, progress }));
	};
	return { jobs: [{ name: "promote", schedule, timeZone, run }], state };
}

async function housekeeping(file: string, log: Logger): Promise<Timetable> {
	const {
		cleanup: sweeping,
		mirror: mirroring,
		state,
	} = await loadHousekeepingConfig(file);
	const jobs: ScheduledJob[] = [
		{
			name: "cleanup",
			schedule: sweeping.schedule,
			timeZone: sweeping.timeZone,
			run: async (signal, onBegin) => {
				const options = { state, dryRun: false, signal, log, onBegin };
				return cleanupSummary(await cleanup({ config: sweeping, ...options }));
			},
		},
	];
	if (mirroring) {
		jobs.push({
			name: "mirror",
			schedule: mirroring.schedule,
			timeZone: mirroring.timeZone,
			run: async (signal, onBegin) => {
				const options = { state, dryRun: false, signal, log, onBegin };
				return mirrorSummary(await mirror({ config: mirroring, ...options }));
			},
		});
	}
	return { jobs, state };
}

function seconds(text: string): number {
	if (/^[0-9]{1,4}$/.test(text)) return Number(text);
	throw new InvalidArgumentError("expected a whole number of seconds");
}
