import type { Command } from "commander";
import { tallyOf } from "../../../topology/self-test-report.ts";
import { FAILURE, STOPPED, SUCCESS } from "../exit-status.ts";
import type { CommandLine } from "../process.ts";
import { loadSelfTestConfig } from "../self-test/config.ts";
import { selfTest } from "../self-test/self-test.ts";

/** Adds `self-test`, which prints its report as JSON. */
export function addSelfTest(program: Command, { io, exit }: CommandLine): void {
	program
		.command("self-test")
		.description(
			"Tries what every principal may and may not do, and prints a report as JSON.",
		)
		.requiredOption(
			"--config <file>",
			"what to try, with the passwords; - reads it from standard input",
		)
		.action(async ({ config: file }: { readonly config: string }) => {
			const config = await loadSelfTestConfig(file);
			const report = await selfTest({ config, signal: io.stop });
			io.stdout.write(`${JSON.stringify(report)}\n`);
			if (tallyOf(report).failed === 0) exit(SUCCESS);
			else exit(io.stop.aborted ? STOPPED : FAILURE);
		});
}
