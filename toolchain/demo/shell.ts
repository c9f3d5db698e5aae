import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { quoted } from "./steps.ts";

/** What a script said and how it ended. */
export interface Ended {
	readonly code: number;
	readonly output: string;
}

/** A shell that remembers what scripts export, as one that a person types into. */
export interface Shell {
	/**
	 * Runs a script up to the first command that fails. Nothing that it starts outlives it.
	 *
	 * @param onLine gets each line of both its outputs as it comes
	 * @param stop ends it
	 */
	run(
		script: string,
		onLine: (line: string) => void,
		stop?: AbortSignal,
	): Promise<Ended>;
	/** Removes all temporary files of whatever it ran. */
	dispose(): void;
}

/** How long what is stopped may take to put things right. */
const STOP_MS = 5_000;

export function openShell(cwd: string): Shell {
	const folder = mkdtempSync(join(tmpdir(), "registry-tiers-demo-"));
	const exported = join(folder, "exported.sh");
	// The environment may hold secrets of the user's.
	writeFileSync(exported, "", { mode: 0o600 });
	return {
		run,
		dispose: () => rmSync(folder, { recursive: true, force: true }),
	};

	async function run(
		script: string,
		onLine: (line: string) => void,
		stop?: AbortSignal,
	): Promise<Ended> {
		stop?.throwIfAborted();
		const child = spawn(
			"sh",
			[
				"-c",
				`. ${quoted(exported)}\nexec 2>&1\nset -e\n${script}\nexport -p > ${quoted(exported)}`,
			],
			{
				cwd,
				// Every temporary file of every program goes where it is removed.
				env: { ...process.env, TMPDIR: folder },
				stdio: ["ignore", "pipe", "inherit"],
				// A process group of its own, so that all of it can be ended, and by this process alone.
				detached: true,
			},
		);
		const signal = (name: NodeJS.Signals) => {
			try {
				if (child.pid) process.kill(-child.pid, name);
			} catch {
				// It has ended.
			}
		};
		let killing: NodeJS.Timeout | undefined;
		const end = () => {
			signal("SIGTERM");
			killing = setTimeout(() => signal("SIGKILL"), STOP_MS);
		};
		stop?.addEventListener("abort", end);
		const output: string[] = [];
		createInterface({ input: child.stdout }).on("line", (line) => {
			output.push(line);
			onLine(line);
		});
		try {
			const code = await new Promise<number>((resolve, reject) => {
				child.on("error", reject);
				child.on("close", (status, name) =>
					resolve(status ?? 128 + (name ? constants.signals[name] : 0)),
				);
			});
			return { code, output: output.join("\n") };
		} finally {
			clearTimeout(killing);
			stop?.removeEventListener("abort", end);
		}
	}
}
