import type { Command } from "commander";
import { NoteFile, notedRun } from "../note-file.ts";
import { type CommandLine, logOf, type Process } from "../process.ts";
import { barProgress, lineProgress } from "../progress.ts";
import { promote } from "../promote/promote.ts";
import { loadPromoterConfig } from "../promote/promoter-config.ts";
import { type ReportFormat, renderAs } from "../promote/render/render.ts";
import { exitStatus, summaryOf } from "../promote/report.ts";
import { verifyPromoted } from "../promote/verify/verify.ts";
import { renderVerify, verifyStatus } from "../promote/verify/verify-report.ts";
import { planOfflineOnce } from "./plan-offline.ts";

/** Where the stacks put the promoter's configuration in its container. */
export const PROMOTER_CONFIG = "/config/promoter.json";

interface PromoteFlags extends ReportFormat {
	readonly config: string;
	readonly manifests?: string;
	readonly dryRun?: boolean;
	readonly verifyDigests?: boolean;
	readonly bulk?: boolean;
}

interface PlanFlags extends PromoteFlags {
	readonly offline?: boolean;
}

interface VerifyFlags {
	readonly config: string;
	readonly repair?: boolean;
	readonly json?: boolean;
}

/** Adds `promote plan`, `promote run` and `promote verify`. */
export function addPromote(program: Command, { io, exit }: CommandLine): void {
	const promotion = program
		.command("promote")
		.description("Promotes images from CI Snapshots to Prod.");
	withOptions(promotion.command("plan"))
		.description("Shows what a run would do. Writes nothing.")
		.option(
			"--offline",
			"ask no registry: what manifests and configuration alone tell",
		)
		.action(async ({ offline, ...flags }: PlanFlags) => {
			exit(
				offline
					? await planOfflineOnce(flags, io)
					: await promoteOnce({ ...flags, dryRun: true }, io),
			);
		});
	withOptions(promotion.command("run"))
		.description(
			"Plans, then copies what is missing. May be killed and run again.",
		)
		.option("--dry-run", "plan only")
		.option("--bulk", "promote more than 1,000 new tags in this run")
		.action(async (flags: PromoteFlags) => {
			exit(await promoteOnce(flags, io));
		});
	promotion
		.command("verify")
		.description(
			"Walks Prod: downloads and hashes every tag, and looks for its promotion record.",
		)
		.option("--config <file>", "configuration of the job", PROMOTER_CONFIG)
		.option("--repair", "bring what is damaged from CI Snapshots again")
		.option("--json", "print the report as JSON")
		.action(async (flags: VerifyFlags) => {
			exit(await verifyOnce(flags, io));
		});
}

function withOptions(command: Command): Command {
	return command
		.option("--config <file>", "configuration of the job", PROMOTER_CONFIG)
		.option(
			"--manifests <folder>",
			"promotion manifests, instead of the configuration's",
		)
		.option(
			"--verify-digests",
			"ask for the digest of every tag, also of those that earlier runs have seen",
		)
		.option("--json", "print the report as JSON")
		.option("--markdown", "print it as Markdown, for a comment");
}

async function promoteOnce(
	{
		config: file,
		manifests,
		dryRun = false,
		verifyDigests = false,
		bulk = false,
		...format
	}: PromoteFlags,
	io: Process,
): Promise<number> {
	const { stdout, stderr, stop } = io;
	const config = await loadPromoterConfig(file);
	const log = logOf(io);
	const partial = manifests !== undefined;
	const run = (onBegin?: () => Promise<void>) =>
		promote({
			config: partial ? { ...config, manifests } : config,
			partial,
			dryRun,
			verifyDigests,
			bulk,
			signal: stop,
			log,
			progress: stderr.isTTY
				? barProgress(stderr)
				: lineProgress(log, "promoting"),
			...(onBegin && { onBegin }),
		});
	const note = new NoteFile(config.state, { ...config, name: "promote" }, log);
	const report =
		partial || dryRun
			? await run()
			: await notedRun(note, stop, run, summaryOf);
	stdout.write(renderAs(report, format, stdout));
	return exitStatus(report);
}

async function verifyOnce(
	{ config: file, repair = false, json }: VerifyFlags,
	io: Process,
): Promise<number> {
	const { stdout, stderr, stop } = io;
	const config = await loadPromoterConfig(file);
	const log = logOf(io);
	const report = await verifyPromoted({
		config,
		repair,
		signal: stop,
		log,
		progress: stderr.isTTY
			? barProgress(stderr)
			: lineProgress(log, "verifying"),
	});
	stdout.write(json ? `${JSON.stringify(report)}\n` : renderVerify(report));
	return verifyStatus(report);
}
