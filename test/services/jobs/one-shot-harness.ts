import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach } from "vitest";
import type { HousekeepingConfig } from "../../../topology/housekeeping-config.ts";
import {
	PROMOTED_ARTIFACT_TYPES,
	type PromoterConfig,
} from "../../../topology/job-config.ts";
import { namingRule } from "../../../topology/naming.ts";
import { blob, image, push } from "../oci/images.ts";
import { RegistryServer } from "../oci/registry-server.ts";
import { entry, type Ran, runCommand } from "./job-harness.ts";

/** The jobs that a CronJob runs, one at a time and to their end. */
export const ONE_SHOTS = ["promote", "cleanup", "mirror"] as const;
export type OneShot = (typeof ONE_SHOTS)[number];

/** A job as a process of its own. */
export interface OneShotProcess {
	readonly child: ChildProcess;
	readonly ended: Promise<{
		/** Null when it was killed. */
		readonly status: number | null;
		readonly stdout: string;
		/** Its lines on standard error; those of the log are parsed. */
		readonly log: readonly unknown[];
	}>;
}

/** Registries in this process in which each of the jobs has two tags to deal with. */
export interface OneShotHarness {
	readonly folder: string;
	/** The state folder of all jobs. */
	readonly state: string;
	/** The registry whose tags the job writes or removes. */
	target(job: OneShot): RegistryServer;
	/** How many of the job's two tags are as it is to leave them. */
	done(job: OneShot): number;
	/** The configuration file of a job, and what it says. */
	readonly files: Readonly<Record<OneShot, string>>;
	readonly promoter: PromoterConfig;
	readonly housekeeping: HousekeepingConfig;
	/** Runs the job in this process, with these flags. */
	run(job: OneShot, ...flags: readonly string[]): Promise<Ran>;
	start(job: OneShot, ...flags: readonly string[]): OneShotProcess;
	/** Stops the runs in this process, those to come, too. */
	stop(): void;
	/**
	 * Gives all accounts another password, in their file and at the registries, which take no other from
	 * then on. Tokens live for two seconds.
	 */
	rotate(password: string): Promise<void>;
	/** Ends the life of all tokens. */
	forgetTokens(): void;
}

const MAIN = fileURLToPath(
	new URL("../../../services/jobs/main.ts", import.meta.url),
);
const ACCOUNT = "job";
export const DAY_MS = 24 * 3_600_000;

const app = image([blob("shared"), blob("app")]);
const other = image([blob("shared"), blob("other")]);

/** Sets the harness up for every test of the file; its fields are valid inside of tests. */
export function oneShotHarness(): OneShotHarness {
	let registries: Record<
		"snapshots" | "prod" | "sandbox" | "hub" | "archive",
		RegistryServer
	>;
	let folder: string;
	let passwordFile: string;
	let promoter: PromoterConfig;
	let housekeeping: HousekeepingConfig;
	let files: Record<OneShot, string>;
	let stop: AbortController;
	let children: ChildProcess[];

	beforeEach(async () => {
		stop = new AbortController();
		children = [];
		folder = await mkdtemp(join(tmpdir(), "one-shot-"));
		passwordFile = join(folder, "password");
		await writeFile(passwordFile, "password");
		const server = () => new RegistryServer().start();
		registries = {
			snapshots: await server(),
			prod: await server(),
			sandbox: await server(),
			hub: await server(),
			archive: await server(),
		};
		promoter = promoterOf(endOf("snapshots"), endOf("prod"));
		housekeeping = housekeepingOf();
		files = {
			promote: join(folder, "promoter.json"),
			cleanup: join(folder, "housekeeping.json"),
			mirror: join(folder, "housekeeping.json"),
		};
		await writeFile(files.promote, JSON.stringify(promoter));
		await writeFile(files.cleanup, JSON.stringify(housekeeping));
		await writeWork();
		await fill();
	});
	afterEach(async () => {
		for (const child of children) child.kill("SIGKILL");
		for (const registry of Object.values(registries)) await registry.stop();
		await rm(folder, { recursive: true });
	});

	function endOf(name: keyof typeof registries) {
		return { url: registries[name].url, username: ACCOUNT, passwordFile };
	}

	function promoterOf(
		source: ReturnType<typeof endOf>,
		destination: ReturnType<typeof endOf>,
	): PromoterConfig {
		return {
			source: { ...source, naming: namingRule("ci-snapshots", true) },
			destination: { ...destination, naming: namingRule("prod", true) },
			artifactTypes: PROMOTED_ARTIFACT_TYPES,
			schedule: "*/5 * * * *",
			timeZone: "Europe/Berlin",
			manifests: join(folder, "promotions"),
			state: join(folder, "state"),
		};
	}

	function housekeepingOf(): HousekeepingConfig {
		const retention = { days: 14, keep: 0 };
		return {
			cleanup: {
				schedule: "0 3 * * *",
				timeZone: "UTC",
				registries: [{ name: "sandbox", ...endOf("sandbox"), retention }],
			},
			mirror: {
				schedule: "30 3 * * *",
				timeZone: "UTC",
				lists: join(folder, "lists"),
				destination: endOf("archive"),
				upstreams: { "docker.io": registries.hub.url },
			},
			state: join(folder, "state"),
		};
	}

	async function writeWork(): Promise<void> {
		for (const name of ["promotions", "lists", "state"]) {
			await mkdir(join(folder, name));
		}
		await writeFile(
			join(folder, "promotions", "a.yaml"),
			`${entry("team/app", app.digest, "1.0.0")}    "${other.digest}": ["2.0.0"]\n`,
		);
		await writeFile(
			join(folder, "lists", "a.yaml"),
			'images:\n  - name: docker.io/team/app\n    tags: ["1.0.0", "2.0.0"]\n',
		);
		const firstSeen = new Date(Date.now() - 20 * DAY_MS).toISOString();
		const old = [
			{ tag: "1.0.0", digest: app.digest },
			{ tag: "2.0.0", digest: other.digest },
		].map((tag) =>
			JSON.stringify({ repository: "team/app", ...tag, firstSeen }),
		);
		await writeFile(
			join(folder, "state", "ledger-sandbox.jsonl"),
			`${old.join("\n")}\n`,
		);
	}

	async function fill(): Promise<void> {
		for (const { url } of [
			registries.snapshots,
			registries.sandbox,
			registries.hub,
		]) {
			await push(url, "team/app", app, "1.0.0");
			await push(url, "team/app", other, "2.0.0");
		}
	}

	function withAccounts(): readonly RegistryServer[] {
		const { hub: _, ...own } = registries;
		return Object.values(own);
	}

	const target = (job: OneShot) =>
		({
			promote: registries.prod,
			cleanup: registries.sandbox,
			mirror: registries.archive,
		})[job];
	const command = (job: OneShot, flags: readonly string[]) => [
		job,
		"run",
		...flags,
		"--config",
		files[job],
	];

	return {
		get folder() {
			return folder;
		},
		get state() {
			return promoter.state;
		},
		get promoter() {
			return promoter;
		},
		get housekeeping() {
			return housekeeping;
		},
		get files() {
			return files;
		},
		target,
		done: (job) => {
			const { repositories } = target(job);
			const name = job === "mirror" ? "docker.io/team/app" : "team/app";
			const { size } = repositories.get(name)?.tags ?? { size: 0 };
			return job === "cleanup" ? 2 - size : size;
		},
		run: (job, ...flags) => runCommand(command(job, flags), stop.signal),
		start: (job, ...flags) => {
			const child = spawn(process.execPath, [MAIN, ...command(job, flags)]);
			children.push(child);
			const ended = Promise.all([
				new Promise<number | null>((resolve) => child.once("exit", resolve)),
				text(child.stdout),
				text(child.stderr),
			]).then(([status, stdout, stderr]) => ({
				status,
				stdout,
				log: linesOf(stderr),
			}));
			return { child, ended };
		},
		stop: () => stop.abort(new Error("stopped by SIGTERM")),
		rotate: async (password) => {
			await writeFile(passwordFile, password);
			const auth = { username: ACCOUNT, password, lifetimeSeconds: 2 };
			for (const registry of withAccounts()) registry.auth = auth;
		},
		forgetTokens: () => {
			for (const registry of withAccounts()) registry.forgetTokens();
		},
	};
}

/** What a job wrote to standard error, line by line; those of the log are parsed. */
export function linesOf(stderr: string): readonly unknown[] {
	return stderr
		.split("\n")
		.filter((line) => line !== "")
		.map((line) => (line.startsWith("{") ? JSON.parse(line) : line));
}
