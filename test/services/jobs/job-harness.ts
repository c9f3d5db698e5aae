import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { main } from "../../../services/jobs/cli.ts";
import type { PromotionReport } from "../../../services/jobs/promote/report.ts";
import {
	PROMOTED_ARTIFACT_TYPES,
	type PromoterConfig,
} from "../../../topology/job-config.ts";
import { namingRule } from "../../../topology/naming.ts";
import { blob, image, index } from "../oci/images.ts";
import { RegistryServer } from "../oci/registry-server.ts";

/** Passwords that must not turn up anywhere. */
export const READ_PASSWORD = "canary-read-5d1c";
export const WRITE_PASSWORD = "canary-write-90ab";

/** What is promoted, for one platform and for two. */
export const app = image([blob("shared"), blob("app")]);
export const other = index([
	image([blob("shared"), blob("amd64")]),
	image([blob("arm64")]),
]);

/** What a command left behind. */
export interface Ran {
	readonly status: number;
	readonly stdout: string;
	readonly stderr: string;
}

/** CI Snapshots and Prod in this process, with accounts, and the job's command line between them. */
export interface JobHarness {
	readonly source: RegistryServer;
	readonly destination: RegistryServer;
	readonly config: PromoterConfig;
	/** A folder for files of the test. */
	readonly folder: string;
	/** Changes the configuration. */
	configure(changes: Partial<PromoterConfig>): Promise<void>;
	/** Writes files below the folder of the promotion manifests. */
	manifests(files: Readonly<Record<string, string>>): Promise<void>;
	/** Runs the command line with the configuration. */
	run(...args: string[]): Promise<Ran>;
	/** Runs it with `--json` and reads the report. */
	report(
		...args: string[]
	): Promise<PromotionReport & { readonly status: number }>;
	/** Stops the commands that run and those to come. */
	stop(): void;
	/** Turns the accounts of both ends on; images are pushed before that. */
	protect(): void;
	/** How many requests that change something Prod has seen. */
	writes(): number;
}

/** Runs the jobs' command line in this process, until it ends or is stopped. */
export async function runCommand(
	args: readonly string[],
	stop: AbortSignal,
): Promise<Ran> {
	const written = { stdout: "", stderr: "" };
	const sink = (name: "stdout" | "stderr") => ({
		write: (text: string) => {
			written[name] += text;
		},
	});
	const status = await main(args, {
		stdout: sink("stdout"),
		stderr: sink("stderr"),
		stop,
	});
	return { status, ...written };
}

/** Sets the harness up for every test of the file; its fields are valid inside of tests. */
export function jobHarness(): JobHarness {
	let source: RegistryServer;
	let destination: RegistryServer;
	let folder: string;
	let config: PromoterConfig;
	let stop: AbortController;

	beforeEach(async () => {
		stop = new AbortController();
		source = await new RegistryServer().start();
		destination = await new RegistryServer().start();
		destination.createOnlyTags = true;
		folder = await mkdtemp(join(tmpdir(), "promoter-"));
		await mkdir(join(folder, "promotions"));
		await writeFile(join(folder, "read-password"), READ_PASSWORD);
		await writeFile(join(folder, "write-password"), WRITE_PASSWORD);
		config = {
			source: {
				url: source.url,
				username: "reader",
				passwordFile: join(folder, "read-password"),
				naming: namingRule("ci-snapshots", true),
			},
			destination: {
				url: destination.url,
				username: "writer",
				passwordFile: join(folder, "write-password"),
				naming: namingRule("prod", true),
			},
			artifactTypes: PROMOTED_ARTIFACT_TYPES,
			schedule: "*/5 * * * *",
			timeZone: "Europe/Berlin",
			manifests: join(folder, "promotions"),
			state: join(folder, "state"),
		};
		await writeFile(join(folder, "promoter.json"), JSON.stringify(config));
	});
	afterEach(async () => {
		await source.stop();
		await destination.stop();
		await rm(folder, { recursive: true });
	});

	const run = (...args: string[]) =>
		runCommand(
			[...args, "--config", join(folder, "promoter.json")],
			stop.signal,
		);

	return {
		get source() {
			return source;
		},
		get destination() {
			return destination;
		},
		get config() {
			return config;
		},
		get folder() {
			return folder;
		},
		configure: async (changes) => {
			config = { ...config, ...changes };
			await writeFile(join(folder, "promoter.json"), JSON.stringify(config));
		},
		manifests: async (files) => {
			for (const [path, text] of Object.entries(files)) {
				const file = join(config.manifests, path);
				await mkdir(dirname(file), { recursive: true });
				await writeFile(file, text);
			}
		},
		run,
		report: async (...args) => {
			const { status, stdout, stderr } = await run(...args, "--json");
			if (stdout === "") throw new Error(stderr);
			return { status, ...JSON.parse(stdout) };
		},
		stop: () => stop.abort(new Error("the job was stopped")),
		protect: () => {
			source.auth = { username: "reader", password: READ_PASSWORD };
			destination.auth = { username: "writer", password: WRITE_PASSWORD };
		},
		writes: () => destination.count("PUT", "POST", "PATCH", "DELETE"),
	};
}

/** An entry of a promotion manifest. */
export function entry(
	name: string,
	digest: string,
	...tags: readonly string[]
): string {
	const list = tags.map((tag) => JSON.stringify(tag)).join(", ");
	return `- name: ${name}\n  dmap:\n    "${digest}": [${list}]\n`;
}
