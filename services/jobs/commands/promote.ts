import type { Command } from "commander";
import { type CommandLine, logOf, type Process } from "../process.ts";
import { barProgress, lineProgress } from "../progress.ts";
import { promote } from "../promote/promote.ts";
import { loadPromoterConfig } from "../promote/promoter-config.ts";
import { exitStatus, renderReport } from "../promote/report.ts";

/** Where the stacks put the promoter's configuration in its container. */
export const PROMOTER_CONFIG = "/config/promoter.json";

interface PromoteFlags {
	readonly config: string;
	readonly manifests?: string;
	readonly dryRun?: boolean;
	readonly json?: boolean;
}

/** Adds `promote plan` and `promote run`. */
export function addPromote(program: Command, { io, exit }: CommandLine): void {
	const promotion = program
		.command("promote")
		.description("Promotes images from CI Snapshots to Prod.");
	withOptions(promotion.command("plan"))
		.description("Shows what a run would do. Writes nothing.")
		.action(async (flags: PromoteFlags) => {
			exit(await promoteOnce({ ...flags, dryRun: true }, io));
		});
	withOptions(promotion.command("run"))
		.description(
			"Plans, then copies what is missing. May be killed and run again.",
		)
		.option("--dry-run", "plan only")
		.action(async (flags: PromoteFlags) => {
			exit(await promoteOnce(flags, io));
		});
}

function withOptions(command: Command): Command {
	return command
		.option("--config <file>", "configuration of the job", PROMOTER_CONFIG)
		.option(
			"--manifests <folder>",
			"promotion manifests, instead of the configuration's",
		)
		.option("--json", "print the report as JSON");
}

async function promoteOnce(
	{ config: file, manifests, dryRun = false, json }: PromoteFlags,
	io: Process,
): Promise<number> {
	const { stdout, stderr, stop } = io;
	const config = await loadPromoterConfig(file);
	const log = logOf(io);
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
