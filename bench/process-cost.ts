import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";

/** What a command took, with all the processes it started. */
export interface ProcessCost {
	/** From start to end. */
	readonly seconds: number;
	/** Of processor time, user and system. */
	readonly cpuSeconds: number;
	/** The most memory its processes had resident at a time. */
	readonly residentMiB: number;
}

const LOOK_EVERY_MS = 10;

/**
 * Runs a command to its end and tells what it took. Linux only.
 *
 * @throws when it ends with another exit status than 0, with the end of what it printed.
 */
export async function costOf(
	command: readonly string[],
): Promise<ProcessCost & { readonly stdout: string }> {
	const started = performance.now();
	// The shell waits for the command and then knows what it and its children used.
	const shell = spawn("sh", ["-c", '"$@" & wait $! && times', "", ...command], {
		stdio: ["ignore", "pipe", "pipe"],
	});
	let peakKiB = 0;
	const watch = setInterval(() => {
		peakKiB = Math.max(peakKiB, residentKiB(shell.pid ?? 0));
	}, LOOK_EVERY_MS);
	try {
		const [stdout, stderr, status] = await Promise.all([
			text(shell.stdout),
			text(shell.stderr),
			new Promise<number | null>((resolve, reject) => {
				shell.once("error", reject);
				shell.once("close", resolve);
			}),
		]);
		const seconds = (performance.now() - started) / 1_000;
		if (status !== 0) {
			throw new Error(
				`'${command.join(" ")}' ended with ${status}: ${`${stdout}${stderr}`.slice(-2_000)}`,
			);
		}
		const lines = stdout.trimEnd().split("\n");
		return {
			seconds,
			cpuSeconds: childTimes(lines.at(-1) ?? ""),
			residentMiB: peakKiB / 1024,
			stdout: lines.slice(0, -2).join("\n"),
		};
	} finally {
		clearInterval(watch);
	}
}

// The second line of `times`, e.g. `0m1.230000s 0m0.450000s`: user and system of all children.
function childTimes(line: string): number {
	const times = [...line.matchAll(/(\d+)m([\d.]+)s/g)].map(
		([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds),
	);
	if (times.length !== 2) throw new Error(`no times in '${line}'`);
	return times.reduce((sum, time) => sum + time, 0);
}

// High-water marks of those that live now: no peak is missed between two looks.
function residentKiB(pid: number): number {
	return descendants(pid).reduce((sum, child) => {
		const status = read(`/proc/${child}/status`);
		return sum + Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0);
	}, 0);
}

function descendants(pid: number): readonly string[] {
	const children = read(`/proc/${pid}/task/${pid}/children`)
		.split(" ")
		.filter((child) => child !== "");
	return children.flatMap((child) => [child, ...descendants(Number(child))]);
}

// A process may be gone between being named and being looked at.
function read(file: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch {
		return "";
	}
}
