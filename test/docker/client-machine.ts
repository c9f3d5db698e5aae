import { spawn } from "node:child_process";
import {
	closeSync,
	mkdirSync,
	mkdtempSync,
	openSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Captured, runCaptured } from "../../toolchain/process.ts";

/**
 * Stands for another machine: programs on it see the client files in their places below `/etc`, and
 * Docker Hub does not answer them. Everything else is this machine's. Needs root.
 */
export interface ClientMachine {
	/** For the programs' state. */
	readonly folder: string;
	run(
		command: string,
		args: readonly string[],
		options?: { readonly env?: Readonly<Record<string, string>> },
	): Promise<Captured>;
	/** Starts a program that stays, and waits until `ready` succeeds. */
	start(
		command: string,
		args: readonly string[],
		ready: () => Promise<unknown>,
	): Promise<void>;
	/** Ends what was started, the last one first, and forgets its state. */
	dispose(): Promise<void>;
}

// In a mount namespace of its own, which takes its mounts along when the program ends. What programs
// write to /etc, such as dockerd its key, goes to memory.
const ENTER = `
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work
mount -t overlay overlay -o "lowerdir=$1:/etc,upperdir=/mnt/upper,workdir=/mnt/work" /etc
shift
exec "$@"`;

// An address of the loopback interface where nothing listens on port 443.
const NO_DOCKER_HUB = `127.0.0.1 localhost
127.0.0.99 docker.io registry-1.docker.io auth.docker.io index.docker.io
`;

const START_TIMEOUT_MS = 60_000;

/** @param etc folder whose files are laid over `/etc` */
export function clientMachine(etc: string): ClientMachine {
	const folder = mkdtempSync(join(tmpdir(), "client-machine-"));
	const network = join(folder, "etc");
	mkdirSync(network);
	writeFileSync(join(network, "hosts"), NO_DOCKER_HUB);
	const running: (() => Promise<void>)[] = [];
	const inside = (command: string, args: readonly string[]) => [
		"--mount",
		"sh",
		"-euc",
		ENTER,
		"sh",
		`${network}:${etc}`,
		command,
		...args,
	];
	// A proxy of this machine would be a way to Docker Hub.
	const env = {
		HTTP_PROXY: "",
		HTTPS_PROXY: "",
		http_proxy: "",
		https_proxy: "",
	};
	return {
		folder,
		run: (command, args, options) =>
			runCaptured("unshare", inside(command, args), {
				env: { ...env, ...options?.env },
			}),
		async start(command, args, ready) {
			const log = join(folder, `${running.length}.log`);
			const out = openSync(log, "w");
			const child = spawn("unshare", inside(command, args), {
				env: { ...process.env, ...env },
				stdio: ["ignore", out, out],
			});
			closeSync(out);
			const ended = new Promise<void>((resolve) => child.on("exit", resolve));
			running.push(async () => {
				child.kill("SIGTERM");
				await ended;
			});
			const deadline = Date.now() + START_TIMEOUT_MS;
			for (;;) {
				try {
					await ready();
					return;
				} catch (error) {
					if (child.exitCode !== null || Date.now() > deadline) {
						const said = readFileSync(log, "utf8").slice(-4_000);
						throw new Error(`${command} does not answer:\n${said}`, {
							cause: error,
						});
					}
				}
				await new Promise((resolve) => setTimeout(resolve, 200));
			}
		},
		async dispose() {
			for (const stop of running.reverse()) await stop();
			rmSync(folder, { recursive: true, force: true });
		},
	};
}
