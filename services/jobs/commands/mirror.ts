import type { Command } from "commander";
import type {
	HousekeepingConfig,
	MirrorConfig,
} from "../../../topology/housekeeping-config.ts";
import { loadHousekeepingConfig } from "../housekeeping-config.ts";
import { mirror } from "../mirror/mirror.ts";
import { exitStatus, renderReport, summaryOf } from "../mirror/report.ts";
import { NoteFile, notedRun } from "../note-file.ts";
import { InvalidInputError } from "../problem.ts";
import { type CommandLine, logOf, type Process } from "../process.ts";
import { HOUSEKEEPING_CONFIG } from "./cleanup.ts";

interface MirrorFlags {
	readonly config: string;
	readonly lists?: string;
	readonly dryRun?: boolean;
	readonly json?: boolean;
}

/** Adds `mirror plan` and `mirror run`. */
export function addMirror(program: Command, { io, exit }: CommandLine): void {
	const mirroring = program
		.command("mirror")
		.description("Keeps upstream images in the Archive.");
	withOptions(mirroring.command("plan"))
		.description("Shows what a run would do. Writes nothing.")
		.action(async (flags: MirrorFlags) => {
			exit(await mirrorOnce({ ...flags, dryRun: true }, io));
		});
	withOptions(mirroring.command("run"))
		.description(
			"Plans, then copies what is missing. May be killed and run again.",
		)
		.option("--dry-run", "plan only")
		.action(async (flags: MirrorFlags) => {
			exit(await mirrorOnce(flags, io));
		});
}

function withOptions(command: Command): Command {
	return command
		.option("--config <file>", "configuration of the job", HOUSEKEEPING_CONFIG)
		.option(
			"--lists <folder>",
			"lists of upstream images, instead of the configuration's",
		)
		.option("--json", "print the report as JSON");
}

async function mirrorOnce(
	{ config: file, lists, dryRun = false, json }: MirrorFlags,
	io: Process,
): Promise<number> {
	const housekeeping = await loadHousekeepingConfig(file);
	const config = mirrorConfigOf(housekeeping, file);
	const { state } = housekeeping;
	const log = logOf(io);
	const run = (onBegin?: () => Promise<void>) =>
		mirror({
			config: lists === undefined ? config : { ...config, lists },
			state,
			dryRun,
			signal: io.stop,
			log,
			...(onBegin && { onBegin }),
		});
	const note = new NoteFile(state, { ...config, name: "mirror" }, log);
	const report =
		lists !== undefined || dryRun
			? await run()
			: await notedRun(note, io.stop, run, summaryOf);
	io.stdout.write(json ? `${JSON.stringify(report)}\n` : renderReport(report));
	return exitStatus(report);
}

function mirrorConfigOf(
	{ mirror: config }: HousekeepingConfig,
	file: string,
): MirrorConfig {
	if (config) return config;
	throw new InvalidInputError([
		{
			file,
			path: "mirror",
			what: "there is no Archive to fill",
			got: "nothing",
			expected: "an Archive and its lists",
			fix: "add the tier 'archive' to the stack's configuration",
		},
	]);
}
