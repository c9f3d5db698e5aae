import { createLogger, type Logger } from "./log.ts";
import type { Terminal } from "./progress.ts";

/** What a command line needs of its process. */
export interface Process {
	readonly stdout: Terminal;
	readonly stderr: Terminal & { readonly isTTY?: boolean };
	/** Aborted when the process is asked to end. */
	readonly stop: AbortSignal;
}

/** A command's way to its process. */
export interface CommandLine {
	readonly io: Process;
	/** Sets the status that the process ends with. */
	readonly exit: (status: number) => void;
}

/** The log of a run by hand. On a terminal the report says it all, and log lines would tear a bar. */
export function logOf({ stderr }: Process): Logger {
	return createLogger(stderr, stderr.isTTY ? "silent" : "info");
}
