import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { PromotionReport } from "../../services/jobs/promote/report.ts";
import {
	PROMOTED_ARTIFACT_TYPES,
	type PromoterConfig,
	type PromotionEnd,
} from "../../topology/job-config.ts";
import { namingRule } from "../../topology/naming.ts";

/** One end of the promotion and its account. */
export interface TestEnd {
	readonly url: string;
	readonly username?: string;
	readonly password?: string;
}

/** What a promoter is set up with. */
export interface PromoterSetup {
	/** The bundled jobs. */
	readonly program: string;
	readonly source: TestEnd;
	readonly destination: TestEnd;
	/** The promotion manifest it reads. */
	readonly manifest: string;
	/** Replaces parts of its configuration. @default - none */
	readonly config?: Partial<PromoterConfig>;
}

export interface RunOptions {
	/** Gets the process when it begins. */
	readonly onStart?: (process: ChildProcess) => void;
	/** The command to start instead, e.g. one that limits what the given one may have. */
	readonly wrapped?: (command: readonly string[]) => readonly string[];
}

/** What a run of the promoter's process left behind. */
export interface Ran {
	/** Null when it was killed. */
	readonly status: number | null;
	readonly stdout: string;
	readonly stderr: string;
	/** The most memory it ever had, in MiB; undefined when it was killed. */
	readonly peakMiB: number | undefined;
}

/** The promoter as a process of its own, with its files in a folder of their own. */
export interface Promoter {
	readonly folder: string;
	/** Runs the command line. */
	run(args: readonly string[], options?: RunOptions): Promise<Ran>;
	/** Runs `promote run --json` and reads the report. */
	report(): Promise<PromotionReport & { readonly status: number | null }>;
	remove(): Promise<void>;
}

const MAIN = fileURLToPath(
	new URL("../../services/jobs/main.ts", import.meta.url),
);

/** Bundles the jobs into one file, as their image has it. */
export async function bundle(outfile: string): Promise<string> {
	await build({
		entryPoints: [MAIN],
		outfile,
		bundle: true,
		platform: "node",
		format: "esm",
		banner: {
			js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
		},
		logLevel: "error",
	});
	return outfile;
}

/** A module that tells the kernel's own account of the process when it ends, as `peak <KiB>`. */
export const TELL_PEAK = `data:text/javascript,${encodeURIComponent(
	'process.on("exit", () => process.stderr.write("peak " + process.resourceUsage().maxRSS + "\\n"))',
)}`;

/** Sets a promoter up that reads the given manifest. */
export async function promoterProcess({
	program,
	source,
	destination,
	manifest,
	config = {},
}: PromoterSetup): Promise<Promoter> {
	const folder = await mkdtemp(join(tmpdir(), "promoter-"));
	const all: PromoterConfig = {
		source: await endOf("read", source, namingRule("ci-snapshots", true)),
		destination: await endOf("write", destination, namingRule("prod", true)),
		artifactTypes: PROMOTED_ARTIFACT_TYPES,
		schedule: "*/5 * * * *",
		timeZone: "UTC",
		manifests: folder,
		state: join(folder, "state"),
		...config,
	};
	await writeFile(join(folder, "promoter.json"), JSON.stringify(all));
	await writeFile(join(folder, "promotions.yaml"), manifest);
	return {
		folder,
		run,
		report: async () => {
			const { status, stdout, stderr } = await run([
				"promote",
				"run",
				"--json",
			]);
			if (stdout === "") throw new Error(stderr);
			return { status, ...JSON.parse(stdout) };
		},
		remove: () => rm(folder, { recursive: true }),
	};

	async function endOf(
		name: string,
		{ url, username = "nobody", password = "none" }: TestEnd,
		naming: PromotionEnd["naming"],
	): Promise<PromotionEnd> {
		const passwordFile = join(folder, name);
		await writeFile(passwordFile, password);
		return { url, username, passwordFile, naming };
	}

	async function run(
		args: readonly string[],
		{ onStart = () => {}, wrapped = (command) => command }: RunOptions = {},
	): Promise<Ran> {
		const [command = "", ...rest] = wrapped([
			process.execPath,
			"--import",
			TELL_PEAK,
			program,
			...args,
			"--config",
			join(folder, "promoter.json"),
		]);
		const child = spawn(command, rest, { stdio: ["ignore", "pipe", "pipe"] });
		onStart(child);
		const [stdout, stderr, status] = await Promise.all([
			text(child.stdout),
			text(child.stderr),
			new Promise<number | null>((resolve) => child.once("exit", resolve)),
		]);
		const peak = /^peak (\d+)\n/m.exec(stderr)?.[1];
		return {
			status,
			stdout,
			stderr: stderr.replace(/^peak \d+\n/m, ""),
			peakMiB: peak === undefined ? undefined : Number(peak) / 1024,
		};
	}
}

/** An entry of a promotion manifest. */
export function entry(
	name: string,
	digest: string,
	...tags: readonly string[]
): string {
	return `- name: ${name}\n  dmap:\n    "${digest}": ${JSON.stringify(tags)}\n`;
}
