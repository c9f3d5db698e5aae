import { spawn } from "node:child_process";
import {
	constants as access,
	accessSync,
	closeSync,
	mkdirSync,
	openSync,
	readFileSync,
} from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, resolve } from "node:path";
import { buffer } from "node:stream/consumers";

/** A problem the user can do something about: shown as its message alone, without a stack. */
export class UserError extends Error {
	override readonly name = "UserError";
}

export interface CommandOptions {
	readonly cwd?: string;
	/** Added to this process's environment. */
	readonly env?: Readonly<Record<string, string>>;
}

/** Runs a command whose output goes to a log file; fails with the last lines of the log. */
export async function runLogged(
	command: string,
	args: readonly string[],
	log: string,
	options: CommandOptions = {},
): Promise<void> {
	mkdirSync(dirname(log), { recursive: true });
	const file = openSync(log, "w");
	try {
		const code = await finished(command, args, options, ["ignore", file, file]);
		if (code === 0) return;
		const tail = readFileSync(log, "utf8").trimEnd().split("\n").slice(-15);
		throw new Error(
			`'${command} ${args.join(" ")}' failed with exit code ${code}; the end of ${log}:\n${tail.join("\n")}`,
		);
	} finally {
		closeSync(file);
	}
}

/** Runs a command on this terminal and returns its exit code. */
export function runAttached(
	command: string,
	args: readonly string[],
	options: CommandOptions = {},
): Promise<number> {
	return finished(command, args, options, "inherit");
}

/** What a command printed, with its exit code; nothing reaches the terminal. */
export interface Captured {
	readonly code: number;
	readonly stdout: string;
	readonly stderr: string;
}

/** Runs a command and keeps what it prints. `input` becomes its standard input. */
export async function runCaptured(
	command: string,
	args: readonly string[],
	options: CommandOptions & { readonly input?: string | Uint8Array } = {},
): Promise<Captured> {
	const child = spawn(command, args, {
		cwd: options.cwd,
		env: { ...process.env, ...options.env },
		stdio: ["pipe", "pipe", "pipe"],
	});
	// A command that ends without reading its input closes the pipe; its exit code tells the rest.
	child.stdin.on("error", () => {});
	child.stdin.end(options.input ?? "");
	const code = new Promise<number>((resolve, reject) => {
		child.on("error", reject);
		child.on("close", (status, signal) => resolve(exitCode(status, signal)));
	});
	const [stdout, stderr] = await Promise.all([
		buffer(child.stdout),
		buffer(child.stderr),
	]);
	return {
		code: await code,
		stdout: stdout.toString(),
		stderr: stderr.toString(),
	};
}

/** Path of a command on PATH, if there is one; an absolute path stands for itself. */
export function findOnPath(command: string): string | undefined {
	return (process.env.PATH ?? "")
		.split(delimiter)
		.map((folder) => resolve(folder, command))
		.find(isExecutable);
}

function isExecutable(file: string): boolean {
	try {
		accessSync(file, access.X_OK);
		return true;
	} catch {
		return false;
	}
}

function finished(
	command: string,
	args: readonly string[],
	{ cwd, env }: CommandOptions,
	stdio: "inherit" | ["ignore", number, number],
): Promise<number> {
	return new Promise((resolve, reject) => {
		const child = spawn(command, args, {
			cwd,
			env: { ...process.env, ...env },
			stdio,
		});
		const forward = (signal: NodeJS.Signals) => child.kill(signal);
		process.on("SIGTERM", forward);
		// The terminal sends its interrupt to the child too; this process waits for the child's end.
		const wait = () => {};
		process.on("SIGINT", wait);
		const settle = () => {
			process.off("SIGTERM", forward);
			process.off("SIGINT", wait);
		};
		child.on("error", (error) => {
			settle();
			reject(error);
		});
		child.on("exit", (status, signal) => {
			settle();
			resolve(exitCode(status, signal));
		});
	});
}

const exitCode = (status: number | null, signal: NodeJS.Signals | null) =>
	status ?? 128 + (signal ? constants.signals[signal] : 0);
