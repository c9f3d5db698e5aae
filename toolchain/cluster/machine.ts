import { type ChildProcess, spawn } from "node:child_process";
import {
	openSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	rmdirSync,
} from "node:fs";
import { basename, join } from "node:path";
import { runCaptured } from "../process.ts";
import { PAUSE } from "./own-programs.ts";
import { LOGS, NODE_HOSTS, STATE } from "./state.ts";
import { waitUntil } from "./wait.ts";

/**
 * The node: namespaces of its own for mounts, network and processes, so that no rule, mount or
 * interface of it touches this machine, and killing its process 1 ends and removes all of it.
 */
export interface Machine {
	/** Its process 1, as this machine counts. */
	readonly pid: number;
}

/** A process inside a machine. */
export interface MachineProcess {
	readonly pid: number;
	readonly command: readonly string[];
}

// Folders whose place is compiled into containerd, CNI and kubelet.
const SCRATCH = [
	"/run",
	"/var/lib/cni",
	"/var/lib/kubelet",
	"/var/log/containers",
];

// The pods' own hosts and the node's mounts are invisible outside; `unshare` makes all mounts private.
const SETUP = `set -eu
mount -t proc proc /proc
mount --bind "$1" /etc/hosts
shift
for folder in ${SCRATCH.join(" ")}; do
	mkdir -p "$folder"
	mount -t tmpfs -o mode=0755 tmpfs "$folder"
done
exec "$@"`;

/** Starts the node's process 1 and returns once its mounts are made. */
export async function startMachine(): Promise<Machine> {
	const log = join(LOGS, "machine.log");
	const output = openSync(log, "a");
	const child = spawn(
		"unshare",
		[
			...["--fork", "--pid", "--mount", "--net", "--ipc", "--"],
			...["sh", "-c", SETUP, "sh", NODE_HOSTS, PAUSE.path, STATE],
		],
		{ detached: true, stdio: ["ignore", output, output] },
	);
	child.unref();
	await waitUntil(
		() => findMachine() !== undefined,
		() =>
			`the node's namespaces could not be made: ${readFileSync(log, "utf8").trim()}`,
		() => child.exitCode !== null,
	);
	const machine = findMachine();
	if (!machine) throw new Error("the node ended right after its start");
	return machine;
}

/** The running node, also when the `up` that started it never ended. */
export function findMachine(): Machine | undefined {
	return processes().find(
		({ command: [program = "", state] }) =>
			basename(program) === basename(PAUSE.path) && state === STATE,
	);
}

/** Every process inside, pods' among them. */
export function processesOf(machine: Machine): readonly MachineProcess[] {
	const namespace = pidNamespace(machine.pid);
	return processes().filter(({ pid }) => pidNamespace(pid) === namespace);
}

/**
 * Starts a program inside; it goes on when this process ends.
 *
 * @returns the process outside that ends with it
 */
export function startInside(
	machine: Machine,
	command: readonly string[],
	log: string,
): ChildProcess {
	const output = openSync(log, "a");
	const child = spawn("nsenter", [...entering(machine), ...command], {
		detached: true,
		stdio: ["ignore", output, output],
	});
	child.unref();
	return child;
}

/** Runs a program inside to its end. */
export async function runInside(
	machine: Machine,
	command: readonly string[],
	input = "",
): Promise<void> {
	const { code, stderr } = await runCaptured(
		"nsenter",
		[...entering(machine), ...command],
		{ input },
	);
	if (code !== 0)
		throw new Error(`'${command.join(" ")}' failed on the node: ${stderr}`);
}

const entering = ({ pid }: Machine) => [
	...["--target", String(pid), "--mount", "--net", "--pid", "--ipc", "--"],
];

/** Ends everything inside: the kernel kills what is left of a process namespace with its process 1. */
export async function stopMachine(machine: Machine): Promise<void> {
	process.kill(machine.pid, "SIGKILL");
	await waitUntil(
		() => !findMachine(),
		() => `the node's process ${machine.pid} does not end`,
	);
	for (const folder of SCRATCH) removeIfEmpty(folder);
}

function removeIfEmpty(folder: string): void {
	try {
		rmdirSync(folder);
	} catch {
		// Somebody else's, or in use.
	}
}

function processes(): readonly MachineProcess[] {
	return readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name))
		.flatMap((name) => {
			const command = commandOf(Number(name));
			return command ? [{ pid: Number(name), command }] : [];
		});
}

/** @returns undefined for a process that has ended, a zombie among them */
function commandOf(pid: number): readonly string[] | undefined {
	try {
		const line = readFileSync(`/proc/${pid}/cmdline`, "utf8");
		return line === "" ? undefined : line.replace(/\0$/, "").split("\0");
	} catch {
		return undefined;
	}
}

function pidNamespace(pid: number): string | undefined {
	try {
		return readlinkSync(`/proc/${pid}/ns/pid`);
	} catch {
		return undefined;
	}
}
