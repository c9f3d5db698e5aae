import { Command, CommanderError, InvalidArgumentError } from "commander";
import { CredentialError } from "../oci/credentials.ts";
import { createLogger } from "./log.ts";
import { InvalidInputError } from "./problem.ts";
import { barProgress, lineProgress, type Terminal } from "./progress.ts";
import { promote } from "./promote.ts";
import { loadPromoterConfig } from "./promoter-config.ts";
import {
	BAD_INPUT,
	exitStatus,
	FAILURE,
	renderReport,
	SUCCESS,
	summaryOf,
} from "./report.ts";
import { runOnSchedule } from "./schedule.ts";

/** What a command line needs of its process. */
export interface Process {
	readonly stdout: Terminal;
	readonly stderr: Terminal & { readonly isTTY?: boolean };
	/** Aborted when the process is asked to end. */
	readonly stop: AbortSignal;
}

/** Where the stacks put the configuration in the container of the job. */
const CONFIG = "/config/promoter.json";
/** Docker and Kubernetes are told to wait at least 20 s before they kill the job. */
const GRACE_SECONDS = 15;

interface PromoteFlags {
	readonly config: string;
	readonly manifests?: string;
	readonly dryRun?: boolean;
	readonly json?: boolean;
}

interface ScheduleFlags {
	readonly config: string;
	readonly state?: string;
	readonly graceSeconds: number;
}

/**
 * The command line of the jobs image.
 *
 * @returns the exit status: 0 when all is well, 1 when a promotion was refused or failed, 2 when the
 * command, the configuration or a manifest is wrong.
 */
export async function main(
	args: readonly string[],
	io: Process,
): Promise<number> {
	let status = SUCCESS;
	const program = new Command("jobs")
		.description("Moves images between the registries of an estate.")
		.exitOverride()
		.configureOutput({
			writeOut: (text) => io.stdout.write(text),
			writeErr: (text) => io.stderr.write(text),
		});
	const promotion = program
		.command("promote")
		.description("Promotes images from CI Snapshots to Prod.");
	promoteCommand(promotion, "plan")
		.description("Shows what a run would do. Writes nothing.")
		.action(async (flags: PromoteFlags) => {
			status = await promoteOnce({ ...flags, dryRun: true }, io);
		});
	promoteCommand(promotion, "run")
		.description(
			"Plans, then copies what is missing. May be killed and run again.",
		)
		.option("--dry-run", "plan only")
		.action(async (flags: PromoteFlags) => {
			status = await promoteOnce(flags, io);
		});
	program
		.command("schedule")
		.description(
			"Promotes on the schedule of the configuration until it is stopped.",
		)
		.option("--config <file>", "configuration of the job", CONFIG)
		.option(
			"--state <folder>",
			"where to note the last run, instead of the configuration's",
		)
		.option(
			"--grace-seconds <n>",
			"how long a run may still take after SIGTERM",
			seconds,
			GRACE_SECONDS,
		)
		.action((flags: ScheduleFlags) => promoteOnSchedule(flags, io));
	try {
		await program.parseAsync(args, { from: "user" });
		return status;
	} catch (error) {
		if (error instanceof CommanderError)
			return error.exitCode === 0 ? SUCCESS : BAD_INPUT;
		if (
			error instanceof InvalidInputError ||
			error instanceof CredentialError
		) {
			io.stderr.write(`${error.message}\n`);
			return BAD_INPUT;
		}
		io.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
		return FAILURE;
	}
}

function promoteCommand(parent: Command, name: string): Command {
	return parent
		.command(name)
		.option("--config <file>", "configuration of the job", CONFIG)
		.option(
			"--manifests <folder>",
			"promotion manifests, instead of the configuration's",
		)
		.option("--json", "print the report as JSON");
}

async function promoteOnce(
	{ config: file, manifests, dryRun = false, json }: PromoteFlags,
	{ stdout, stderr, stop }: Process,
): Promise<number> {
	const config = await loadPromoterConfig(file);
	// On a terminal the bar and the report say it all; log lines would only tear the bar.
	const log = createLogger(stderr, stderr.isTTY ? "silent" : "info");
	const report = await promote({
		config: manifests === undefined ? config : { ...config, manifests },
		dryRun,
		signal: stop,
		log,
		progress: stderr.isTTY ? barProgress(stderr) : lineProgress(log),
	});
	stdout.write(json ? `${JSON.stringify(report)}\n` : renderReport(report));
	return exitStatus(report);
}

async function promoteOnSchedule(
	{ config: file, state, graceSeconds }: ScheduleFlags,
	{ stderr, stop }: Process,
): Promise<void> {
	const config = await loadPromoterConfig(file);
	const log = createLogger(stderr, "info");
	await runOnSchedule({
		schedule: config.schedule,
		timeZone: config.timeZone,
		state: state ?? config.state,
		stop,
		graceMs: graceSeconds * 1000,
		log,
		run: async (signal) => {
			const progress = lineProgress(log);
			const options = { config, dryRun: false, signal, log, progress };
			return summaryOf(await promote(options));
		},
	});
}

function seconds(text: string): number {
	if (/^[0-9]{1,4}$/.test(text)) return Number(text);
	throw new InvalidArgumentError("expected a whole number of seconds");
}
