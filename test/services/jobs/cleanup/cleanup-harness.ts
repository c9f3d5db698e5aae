import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import {
	type CleanupOptions,
	cleanup,
} from "../../../../services/jobs/cleanup/cleanup.ts";
import {
	type CleanupReport,
	exitStatus,
} from "../../../../services/jobs/cleanup/report.ts";
import { createLogger } from "../../../../services/jobs/log.ts";
import type { TransportOptions } from "../../../../services/oci/transport.ts";
import type { HousekeepingConfig } from "../../../../topology/housekeeping-config.ts";
import type { RetentionRule } from "../../../../topology/retention.ts";
import { push, type TestImage } from "../../oci/images.ts";
import { InstantClock } from "../../oci/instant-clock.ts";
import { RegistryServer } from "../../oci/registry-server.ts";
import { type Ran, runCommand } from "../job-harness.ts";

/** A password that must not turn up anywhere. */
export const PASSWORD = "canary-clean-7f3a";

/** When the first run of a test is. */
const FIRST_RUN = Date.parse("2026-11-01T03:00:00Z");
const DAY_MS = 24 * 3_600_000;

/** What a run left behind. */
export interface Cleaned {
	readonly report: CleanupReport;
	readonly status: number;
	readonly log: readonly Readonly<Record<string, unknown>>[];
	/** `<outcome> <repository>:<tag>` of all tags that were not kept. */
	readonly changes: readonly string[];
}

export interface RunOptions {
	/** Days after the first run. */
	readonly day: number;
	readonly dryRun?: boolean;
	readonly rule?: RetentionRule;
	readonly http?: TransportOptions;
	readonly now?: CleanupOptions["now"];
}

/** Sandbox and CI Tests in this process, and the cleanup that sweeps both. */
export interface CleanupHarness {
	readonly sandbox: RegistryServer;
	readonly ci: RegistryServer;
	readonly config: HousekeepingConfig;
	/** Pushes images to `alice/app` of Sandbox under these tags, and lets the first run see them. */
	firstRun(images: Readonly<Record<string, TestImage>>): Promise<void>;
	/** Runs the job on the given day. Sandbox keeps 14 days and CI Tests 7 unless a rule is given. */
	run(options: RunOptions): Promise<Cleaned>;
	/** Runs the command line with the configuration, by the machine's clock. */
	command(...args: string[]): Promise<Ran>;
	/** The ledger of a registry, line by line; undefined when there is none. */
	ledger(registry: string): Promise<readonly unknown[] | undefined>;
	writeLedger(registry: string, text: string): Promise<void>;
	/** Stops the runs that go on and those to come. */
	stop(): void;
}

/** RFC 3339 of that many days after the first run. */
export function day(days: number): string {
	return new Date(FIRST_RUN + days * DAY_MS).toISOString();
}

/** Sets the harness up for every test of the file; its fields are valid inside of tests. */
export function cleanupHarness(): CleanupHarness {
	let sandbox: RegistryServer;
	let ci: RegistryServer;
	let folder: string;
	let config: HousekeepingConfig;
	let stop: AbortController;

	beforeEach(async () => {
		stop = new AbortController();
		sandbox = await new RegistryServer().start();
		ci = await new RegistryServer().start();
		folder = await mkdtemp(join(tmpdir(), "cleanup-"));
		const passwordFile = join(folder, "password");
		await writeFile(passwordFile, PASSWORD);
		const account = { username: "cleaner", passwordFile };
		config = {
			cleanup: {
				schedule: "0 3 * * *",
				timeZone: "UTC",
				registries: [
					{
						name: "sandbox",
						url: sandbox.url,
						...account,
						retention: { days: 14, keep: 0 },
					},
					{
						name: "ci-tests",
						url: ci.url,
						...account,
						retention: { days: 7, keep: 0 },
					},
				],
			},
			state: join(folder, "state"),
		};
		await writeFile(join(folder, "housekeeping.json"), JSON.stringify(config));
	});
	afterEach(async () => {
		await sandbox.stop();
		await ci.stop();
		await rm(folder, { recursive: true });
	});

	const ledgerFile = (registry: string) =>
		join(config.state, `ledger-${registry}.jsonl`);

	async function run({
		day: days,
		dryRun = false,
		rule,
		http = {},
		now,
	}: RunOptions): Promise<Cleaned> {
		const log: Record<string, unknown>[] = [];
		const registries = config.cleanup.registries.map((registry) => ({
			...registry,
			...(rule && { retention: rule }),
		}));
		const report = await cleanup({
			config: { ...config.cleanup, registries },
			state: config.state,
			dryRun,
			signal: stop.signal,
			log: createLogger(
				{ write: (line) => log.push(JSON.parse(line)) },
				"info",
			),
			now: now ?? (() => new Date(day(days))),
			http: { clock: new InstantClock(), ...http },
		});
		const changes = report.registries
			.flatMap(({ items }) => items)
			.filter(({ outcome }) => outcome !== "kept")
			.map(({ outcome, repository, tag }) => `${outcome} ${repository}:${tag}`);
		return { report, status: exitStatus(report), log, changes };
	}

	return {
		get sandbox() {
			return sandbox;
		},
		get ci() {
			return ci;
		},
		get config() {
			return config;
		},
		firstRun: async (images) => {
			for (const [tag, image] of Object.entries(images)) {
				await push(sandbox.url, "alice/app", image, tag);
			}
			await run({ day: 0 });
		},
		run,
		command: (...args) =>
			runCommand(
				args.includes("--config")
					? args
					: [...args, "--config", join(folder, "housekeeping.json")],
				stop.signal,
			),
		ledger: async (registry) => {
			const text = await readFile(ledgerFile(registry), "utf8").catch(() => "");
			return text === ""
				? undefined
				: text
						.trimEnd()
						.split("\n")
						.map((line) => JSON.parse(line));
		},
		writeLedger: async (registry, text) => {
			await mkdir(config.state, { recursive: true });
			await writeFile(ledgerFile(registry), text);
		},
		stop: () => stop.abort(new Error("the job was stopped")),
	};
}
