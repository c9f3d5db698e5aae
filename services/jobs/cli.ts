import { Command, CommanderError } from "commander";
import { CredentialError } from "../oci/credentials.ts";
import { addCleanup } from "./commands/cleanup.ts";
import { addMirror } from "./commands/mirror.ts";
import { addPromote } from "./commands/promote.ts";
import { addSchedule } from "./commands/schedule.ts";
import { addSelfTest } from "./commands/self-test.ts";
import { messageOf } from "./error-message.ts";
import { BAD_INPUT, FAILURE, STOPPED, SUCCESS } from "./exit-status.ts";
import { InvalidInputError } from "./problem.ts";
import type { Process } from "./process.ts";

/**
 * The command line of the jobs image.
 *
 * @returns the exit status, see `exit-status.ts`.
 */
export async function main(
	args: readonly string[],
	io: Process,
): Promise<number> {
	let status = SUCCESS;
	const program = new Command("jobs")
		.description("Moves and removes images in the registries of an estate.")
		.exitOverride()
		.configureOutput({
			writeOut: (text) => io.stdout.write(text),
			writeErr: (text) => io.stderr.write(text),
		});
	const exit = (ended: number) => {
		status = ended;
	};
	for (const add of [
		addPromote,
		addCleanup,
		addMirror,
		addSchedule,
		addSelfTest,
	]) {
		add(program, { io, exit });
	}
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
		if (io.stop.aborted) {
			// Who stopped it needs no place in this program.
			io.stderr.write(`${messageOf(error)}\n`);
			return STOPPED;
		}
		io.stderr.write(`${stackOf(error)}\n`);
		return FAILURE;
	}
}

const stackOf = (error: unknown) =>
	error instanceof Error ? error.stack : String(error);
