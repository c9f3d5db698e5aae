import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import Docker from "dockerode";
import { cacheFolder } from "./folders.mjs";
import { findOnPath, runCaptured, runLogged, UserError } from "./process.ts";
import { say, step } from "./step.ts";

export interface EngineOptions {
	/** Whether a missing engine may be installed. */
	readonly install: boolean;
}

/** A Docker Engine that answers, and how other programs are told to use it. */
export interface DockerEngine {
	readonly client: Docker;
	/** `DOCKER_HOST` when it is not the default socket. */
	readonly env: Readonly<Record<string, string>>;
}

/**
 * Finds a Docker Engine; on Debian and Ubuntu, as root, installs and starts one.
 *
 * @throws {UserError} when there is none, with what to install
 */
export async function ensureEngine({
	install,
}: EngineOptions): Promise<DockerEngine> {
	const found = await reachable();
	if (found) return found;
	if (process.env.DOCKER_HOST) {
		throw new UserError(
			`no Docker Engine answers at DOCKER_HOST, got ${process.env.DOCKER_HOST}; expected a running engine. Fix: start it, or unset DOCKER_HOST to use the local one`,
		);
	}
	if (!findOnPath("dockerd")) await installEngine(install);
	await startEngine();
	const started = await reachable();
	if (!started) throw new UserError(NO_ENGINE);
	return started;
}

const NO_ENGINE =
	"no Docker Engine answers on this machine. Fix: install one (https://docs.docker.com/engine/install/) and start it; `docker info` must work";

/** The engine that answers right now, if one does. */
export async function reachable(): Promise<DockerEngine | undefined> {
	const host = process.env.DOCKER_HOST ? undefined : await contextHost();
	const env = host ? { DOCKER_HOST: host } : {};
	const client = host?.startsWith("unix://")
		? new Docker({ socketPath: host.slice("unix://".length) })
		: new Docker();
	try {
		await client.ping();
		return { client, env };
	} catch {
		return undefined;
	}
}

// Docker Desktop, colima and others leave the default socket alone and set a context.
async function contextHost(): Promise<string | undefined> {
	if (existsSync("/var/run/docker.sock") || !findOnPath("docker")) {
		return undefined;
	}
	const { code, stdout } = await runCaptured("docker", [
		"context",
		"inspect",
		"--format",
		"{{.Endpoints.docker.Host}}",
	]);
	return code === 0 && stdout.startsWith("unix://") ? stdout.trim() : undefined;
}

async function installEngine(allowed: boolean): Promise<void> {
	const canInstall = process.getuid?.() === 0 && findOnPath("apt-get");
	if (!canInstall) throw new UserError(NO_ENGINE);
	if (!allowed) {
		throw new UserError(
			`${NO_ENGINE}. Without --no-install the Debian package docker.io would be installed`,
		);
	}
	say(
		"no Docker Engine: installing the package docker.io and starting dockerd",
	);
	const log = join(cacheFolder(), "log", "install-docker.log");
	await step("installing docker.io", { usually: "30 s" }, async () => {
		const env = { DEBIAN_FRONTEND: "noninteractive" };
		await runLogged("apt-get", ["update"], log, { env });
		await runLogged(
			"apt-get",
			["install", "-y", "--no-install-recommends", "docker.io", "iptables"],
			log,
			{ env },
		);
	});
}

const START_TIMEOUT_MS = 30_000;

async function startEngine(): Promise<void> {
	if (process.getuid?.() !== 0) throw new UserError(NO_ENGINE);
	const log = join(cacheFolder(), "log", "dockerd.log");
	mkdirSync(join(cacheFolder(), "log"), { recursive: true });
	// Not a child of this process: the estate stays up when the command ends.
	if (existsSync("/run/systemd/system")) {
		await runCaptured("systemctl", ["start", "docker"]);
	} else {
		say(`starting dockerd, log in ${log}`);
		const out = openSync(log, "a");
		spawn("dockerd", [], {
			detached: true,
			stdio: ["ignore", out, out],
		}).unref();
	}
	const deadline = Date.now() + START_TIMEOUT_MS;
	while (Date.now() < deadline && !(await reachable())) {
		await new Promise((resolve) => setTimeout(resolve, 300));
	}
	if (!(await reachable())) {
		throw new UserError(
			`dockerd was started but does not answer after ${START_TIMEOUT_MS / 1_000} s. Fix: read ${log}`,
		);
	}
}
