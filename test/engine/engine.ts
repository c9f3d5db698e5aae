import { type ChildProcess, execFile, spawn } from "node:child_process";
import {
	chmod,
	mkdir,
	mkdtemp,
	readFile,
	rm,
	symlink,
	writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import versions from "../../toolchain/versions.json" with { type: "json" };

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, "../..");
const CLI = process.env.REGISTRY_TIERS_PULUMI ?? "pulumi";
const PLAIN = ["--non-interactive", "--color", "never"];

/** What one command did: the steps by resource, and what it printed. */
export interface Outcome {
	/** `operation name` of every step that does something, in the engine's order, e.g. `update server`. */
	readonly steps: readonly string[];
	/** The changed paths by resource name, e.g. `{ server: ["restart"] }`. */
	readonly changes: Readonly<Record<string, readonly string[]>>;
	readonly output: string;
}

export interface CommandOptions {
	/** Environment of the program: how a test changes what it wants. */
	readonly env?: Readonly<Record<string, string>>;
	/** `--refresh`: looks at the real resources first. */
	readonly refresh?: boolean;
	/** What `--policy-pack` is given. */
	readonly policyPack?: string;
}

/** A stack of its own, on the real engine with the stand-in providers, in a temporary folder. */
export interface TestStack {
	/** The program's folder. */
	readonly folder: string;
	up(options?: CommandOptions): Promise<Outcome>;
	/** `up` that must fail; what it did until then. */
	failingUp(options?: CommandOptions): Promise<Outcome>;
	preview(options?: CommandOptions): Promise<Outcome>;
	/** `preview` that must fail. */
	failingPreview(options?: CommandOptions): Promise<Outcome>;
	/** Fails when the real resources are not as the state has them. */
	expectNoDrift(options?: CommandOptions): Promise<void>;
	destroy(): Promise<Outcome>;
	/** Starts an `up` and does not wait for it. */
	start(options?: CommandOptions): ChildProcess;
	/** Process ids of all providers that were started for this stack, running or not. */
	providerPids(): Promise<number[]>;
	/** Stack outputs with secrets in clear. */
	outputs<T>(): Promise<T>;
	/** The state as `pulumi stack export` prints it: secrets encrypted, unless it is to show them. */
	exported(options?: { readonly showSecrets: boolean }): Promise<string>;
	/** Destroys what is left, then removes the folder. */
	remove(): Promise<void>;
}

/**
 * Makes a stack of a program, an ES module in JavaScript. `REGISTRY_TIERS_PULUMI` names the Pulumi CLI;
 * without it the one on PATH runs. The language host lies beside it or on PATH.
 */
export async function testStack(program: string): Promise<TestStack> {
	const home = await mkdtemp(join(tmpdir(), "registry-tiers-engine-"));
	const project = join(home, "project");
	// As in this project, the program lies below Pulumi.yaml: providers work in the program's folder.
	const folder = join(project, "program");
	const pids = join(home, "pids");
	await mkdir(folder, { recursive: true });
	await symlink(join(ROOT, "node_modules"), join(project, "node_modules"));
	await writeFile(join(project, "package.json"), '{"type":"module"}');
	await writeFile(join(folder, "index.js"), program);
	await writeFile(
		join(project, "Pulumi.yaml"),
		"name: test\nmain: program/index.js\nruntime: { name: nodejs, options: { typescript: false } }\n",
	);
	await mkdir(join(home, "state"));
	for (const name of ["docker", "kubernetes", "random"] as const)
		await installStandIn(home, name, pids);
	await pulumi(["stack", "init", "test"]);

	const stack: TestStack = {
		folder,
		up: (options) => command("up", ["--yes", "--skip-preview"], options),
		failingUp: async (options) => {
			const outcome = await command(
				"up",
				["--yes", "--skip-preview"],
				options,
				{
					fails: true,
				},
			);
			return outcome;
		},
		preview: (options) => command("preview", [], options),
		failingPreview: (options) =>
			command("preview", [], options, { fails: true }),
		expectNoDrift: async (options) => {
			const flags = ["--yes", "--skip-preview", "--expect-no-changes"];
			await command("refresh", flags, options);
		},
		destroy: () => command("destroy", ["--yes", "--skip-preview"]),
		start: ({ env = {} } = {}) =>
			spawn(CLI, ["up", "--yes", "--skip-preview", ...PLAIN], {
				cwd: project,
				env: environment(env),
				stdio: "ignore",
			}),
		providerPids: async () =>
			(await readFile(pids, "utf8")).trim().split("\n").map(Number),
		outputs: async () =>
			JSON.parse(
				(await pulumi(["stack", "output", "--json", "--show-secrets"])).stdout,
			),
		exported: async ({ showSecrets } = { showSecrets: false }) => {
			const flags = showSecrets ? ["--show-secrets"] : [];
			return (await pulumi(["stack", "export", ...flags])).stdout;
		},
		remove: async () => {
			// A killed engine leaves its lock on the stack.
			await pulumi(["cancel", "--yes"], {}, true);
			await stack.destroy();
			await rm(home, { recursive: true });
		},
	};
	return stack;

	async function command(
		name: string,
		flags: readonly string[],
		{ env = {}, refresh = false, policyPack }: CommandOptions = {},
		{ fails = false } = {},
	): Promise<Outcome> {
		const log = join(home, "events.json");
		await rm(log, { force: true });
		const args = [
			name,
			...flags,
			"--event-log",
			log,
			...(refresh ? ["--refresh"] : []),
			...(policyPack ? ["--policy-pack", policyPack] : []),
		];
		const { stdout, failed } = await pulumi(args, env, fails);
		if (fails && !failed)
			throw new Error(`pulumi ${name} was to fail and did not:\n${stdout}`);
		return outcome(stdout, await readFile(log, "utf8"));
	}

	function environment(env: Readonly<Record<string, string>>) {
		return {
			...process.env,
			...env,
			PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
			PULUMI_HOME: join(home, "pulumi"),
			PULUMI_BACKEND_URL: `file://${join(home, "state")}`,
			PULUMI_CONFIG_PASSPHRASE: "x",
			PULUMI_SKIP_UPDATE_CHECK: "true",
			PULUMI_STACK: "test",
			// Makes --event-log known.
			PULUMI_DEBUG_COMMANDS: "true",
		};
	}

	async function pulumi(
		args: readonly string[],
		env: Readonly<Record<string, string>> = {},
		mayFail = false,
	): Promise<{ stdout: string; failed: boolean }> {
		try {
			const { stdout } = await run(CLI, [...args, ...PLAIN], {
				cwd: project,
				maxBuffer: 64 * 1024 * 1024,
				env: environment(env),
			});
			return { stdout, failed: false };
		} catch (error) {
			const { stdout = "", stderr = "" } = error as {
				stdout?: string;
				stderr?: string;
			};
			if (mayFail) return { stdout: stdout + stderr, failed: true };
			throw new Error(`${CLI} ${args.join(" ")} failed:\n${stdout}${stderr}`, {
				cause: error,
			});
		}
	}
}

/** Puts a wrapper where the engine looks for the official plugin; it notes the process ids. */
async function installStandIn(
	home: string,
	name: keyof typeof versions.plugins,
	pids: string,
): Promise<void> {
	const folder = join(
		home,
		"pulumi/plugins",
		`resource-${name}-v${versions.plugins[name]}`,
	);
	const file = join(folder, `pulumi-resource-${name}`);
	const entry = join(ROOT, "toolchain/providers", name, "main.ts");
	await mkdir(folder, { recursive: true });
	await writeFile(
		file,
		`#!/bin/sh\necho $$ >> "${pids}"\nexec "${process.execPath}" "${entry}" "$@"\n`,
	);
	await chmod(file, 0o755);
}

interface EngineEvent {
	readonly resourcePreEvent?: {
		readonly metadata: {
			readonly op: string;
			readonly urn: string;
			readonly detailedDiff?: Readonly<Record<string, unknown>>;
		};
	};
}

function outcome(output: string, log: string): Outcome {
	const silent = new Set(["same", "refresh"]);
	const steps = log
		.split("\n")
		.filter((line) => line !== "")
		.map((line): EngineEvent => JSON.parse(line))
		.flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? [])
		.filter(({ op, urn }) => !silent.has(op) && !urn.includes("::pulumi:"));
	const nameOf = (urn: string) => urn.split("::").at(-1) ?? urn;
	return {
		output,
		steps: steps.map(({ op, urn }) => `${op} ${nameOf(urn)}`),
		changes: Object.fromEntries(
			steps
				.filter(({ detailedDiff }) => detailedDiff)
				.map(({ urn, detailedDiff = {} }) => [
					nameOf(urn),
					Object.keys(detailedDiff).sort(),
				]),
		),
	};
}
