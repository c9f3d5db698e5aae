import type { Command } from "commander";
import type { CleanupConfig } from "../../../topology/housekeeping-config.ts";
import { cleanup } from "../cleanup/cleanup.ts";
import { renderJson } from "../cleanup/json.ts";
import { renderReport } from "../cleanup/render.ts";
import { exitStatus, summaryOf } from "../cleanup/report.ts";
import { loadHousekeepingConfig } from "../housekeeping-config.ts";
import { NoteFile, notedRun } from "../note-file.ts";
import { InvalidInputError, shown } from "../problem.ts";
import { type CommandLine, logOf, type Process } from "../process.ts";

/** Where the stacks put the configuration of housekeeping in its container. */
export const HOUSEKEEPING_CONFIG = "/config/housekeeping.json";

interface CleanupFlags {
	readonly config: string;
	readonly registry?: string;
	readonly dryRun?: boolean;
	readonly json?: boolean;
}

/** Adds `cleanup plan` and `cleanup run`. */
export function addCleanup(program: Command, { io, exit }: CommandLine): void {
	const sweeping = program
		.command("cleanup")
		.description("Removes tags that nobody needs from Sandbox and CI.");
	withOptions(sweeping.command("plan"))
		.description("Shows what a run would do to each tag. Writes nothing.")
		.action(async (flags: CleanupFlags) => {
			exit(await cleanUpOnce({ ...flags, dryRun: true }, io));
		});
	withOptions(sweeping.command("run"))
		.description("Plans, then removes tags. May be killed and run again.")
		.option("--dry-run", "plan only")
		.action(async (flags: CleanupFlags) => {
			exit(await cleanUpOnce(flags, io));
		});
}

function withOptions(command: Command): Command {
	return command
		.option("--config <file>", "configuration of the job", HOUSEKEEPING_CONFIG)
		.option("--registry <name>", "this one alone, e.g. sandbox")
		.option("--json", "print the report as JSON");
}

async function cleanUpOnce(
	{ config: file, registry, dryRun = false, json }: CleanupFlags,
	io: Process,
): Promise<number> {
	const { cleanup: config, state } = await loadHousekeepingConfig(file);
	const log = logOf(io);
	const run = (onBegin?: () => Promise<void>) =>
		cleanup({
			config: registry === undefined ? config : only(config, registry),
			state,
			dryRun,
			signal: io.stop,
			log,
			...(onBegin && { onBegin }),
		});
	const note = new NoteFile(state, { ...config, name: "cleanup" }, log);
	const report =
		registry !== undefined || dryRun
			? await run()
			: await notedRun(note, io.stop, run, summaryOf);
	const pieces = json ? renderJson(report) : [renderReport(report)];
	for (const piece of pieces) io.stdout.write(piece);
	return exitStatus(report);
}

function only(config: CleanupConfig, name: string): CleanupConfig {
	const registries = config.registries.filter((one) => one.name === name);
	if (registries.length > 0) return { ...config, registries };
	throw new InvalidInputError([
		{
			file: "--registry",
			path: "",
			what: "no registry of this name is swept",
			got: shown(name),
			expected: config.registries.map((one) => one.name).join(" | "),
			fix: "name one of them, or leave the option out",
		},
	]);
}
