import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
	ensureBuildkit,
	ensureContainerd,
} from "../../toolchain/client-programs.ts";
import type { Captured } from "../../toolchain/process.ts";
import type { ClientMachine } from "./client-machine.ts";
import { pullAsKubelet } from "./cri.ts";
import { docker, succeeded } from "./test-stack.ts";

/**
 * Starts containerd of a major version.
 *
 * @param config its configuration on that machine
 * @returns the socket of its image service
 */
export async function startContainerd(
	machine: ClientMachine,
	major: 1 | 2,
	config: string,
): Promise<string> {
	const socket = join(machine.folder, "containerd.sock");
	await machine.start(
		await ensureContainerd(major),
		[
			`--config=${config}`,
			`--root=${join(machine.folder, "root")}`,
			`--state=${join(machine.folder, "state")}`,
			`--address=${socket}`,
		],
		// Nothing listens there, which only a running image service finds out.
		() =>
			pullAsKubelet(socket, "localhost:1/none/none").catch((error: Error) => {
				if (!error.message.includes("127.0.0.1:1: connect")) throw error;
			}),
	);
	return socket;
}

// A bridge of its own: with `--bridge=none` an engine removes the default bridge, which here is that
// of every other engine too.
const BRIDGE = "clients0";

/** Makes the bridge a second Docker Engine needs, and returns what removes it. */
export async function ownBridge(): Promise<() => Promise<void>> {
	const network = docker.getNetwork(BRIDGE);
	// An interrupted test left it.
	await network.remove().catch(() => {});
	await docker.createNetwork({
		Name: BRIDGE,
		Options: { "com.docker.network.bridge.name": BRIDGE },
	});
	return () => network.remove();
}

/** Starts a Docker Engine on `ownBridge`, and returns what runs `docker` on it. */
export async function startEngine(
	machine: ClientMachine,
): Promise<(...args: readonly string[]) => Promise<Captured>> {
	const host = `unix://${join(machine.folder, "docker.sock")}`;
	const client = (...args: readonly string[]) =>
		machine.run("docker", ["--host", host, ...args]);
	await machine.start(
		"dockerd",
		[
			`--host=${host}`,
			`--data-root=${join(machine.folder, "data")}`,
			`--exec-root=${join(machine.folder, "exec")}`,
			`--pidfile=${join(machine.folder, "pid")}`,
			`--bridge=${BRIDGE}`,
			"--iptables=false",
		],
		async () => succeeded(await client("info")),
	);
	return client;
}

/**
 * Builds an image that is nothing but its base with a BuildKit of its own.
 *
 * @param logins folder with a `config.json`
 * @returns the folder with the files in the image
 */
export async function buildFrom(
	machine: ClientMachine,
	base: string,
	logins: string,
): Promise<string> {
	const { buildkitd, buildctl } = await ensureBuildkit();
	const address = `unix://${join(machine.folder, "buildkit.sock")}`;
	const run = (...args: readonly string[]) =>
		machine.run(buildctl, ["--addr", address, ...args], {
			env: { DOCKER_CONFIG: logins },
		});
	await machine.start(
		buildkitd,
		[
			`--addr=${address}`,
			`--root=${join(machine.folder, "root")}`,
			"--containerd-worker=false",
			"--oci-worker=true",
		],
		async () => succeeded(await run("debug", "workers")),
	);
	const context = join(machine.folder, "context");
	mkdirSync(context);
	writeFileSync(join(context, "Dockerfile"), `FROM ${base}\n`);
	const out = join(machine.folder, "out");
	succeeded(
		await run(
			"build",
			"--frontend=dockerfile.v0",
			`--local=context=${context}`,
			`--local=dockerfile=${context}`,
			`--output=type=local,dest=${out}`,
		),
	);
	return out;
}

/** Copies an image, all platforms of it, with skopeo; returns its index. */
export async function copyWithSkopeo(
	machine: ClientMachine,
	image: string,
	logins: string,
): Promise<string> {
	const copy = join(machine.folder, "copy");
	succeeded(
		await machine.run(
			"skopeo",
			[
				"copy",
				"--all",
				"--preserve-digests",
				`docker://${image}`,
				`dir:${copy}`,
			],
			{ env: { REGISTRY_AUTH_FILE: join(logins, "config.json") } },
		),
	);
	return readFileSync(join(copy, "manifest.json"), "utf8");
}
