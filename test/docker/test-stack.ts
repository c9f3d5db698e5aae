import {
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";
import { parse, stringify } from "yaml";
import { type Captured, runCaptured } from "../../toolchain/process.ts";
import { ROOT } from "../../toolchain/stack.ts";

/** An estate of its own beside whatever runs on the machine: other ports, other state, other manifests. */
export interface TestStack {
	readonly name: string;
	/** Folder with the promotion manifests. */
	readonly manifests: string;
	/** Folder with the lists of the Archive. */
	readonly lists: string;
	/** The stack's configuration; may be rewritten. */
	readonly configFile: string;
	/** Runs an npm script of the project on this stack. */
	npm(
		script: string,
		args?: readonly string[],
		options?: NpmOptions,
	): Promise<Captured>;
	/** Forgets the stack's state and files; what runs is not touched. */
	dispose(): void;
}

export interface NpmOptions {
	readonly env?: Readonly<Record<string, string>>;
	readonly input?: string;
}

export const docker = new Docker();

/** Prepares a stack like `dev` with ports from `firstPort` on. Nothing is started. */
export function testStack(name: string, firstPort: number): TestStack {
	const folder = mkdtempSync(join(tmpdir(), `estate-${name}-`));
	const manifests = join(folder, "promotions");
	const lists = join(folder, "archive");
	for (const own of [manifests, lists]) mkdirSync(own);
	const configFile = join(folder, `Pulumi.${name}.yaml`);
	writeFileSync(
		configFile,
		stringify(configLikeDev(firstPort, manifests, lists)),
	);
	return {
		name,
		manifests,
		lists,
		configFile,
		npm: (script, args = [], { env = {}, input = "" } = {}) =>
			runCaptured(
				"npm",
				[
					"run",
					"--silent",
					script,
					"--",
					...args,
					"--stack",
					name,
					"--config-file",
					configFile,
				],
				{ cwd: ROOT, input, env: { XDG_STATE_HOME: folder, ...env } },
			),
		dispose: () => rmSync(folder, { recursive: true, force: true }),
	};
}

function configLikeDev(
	firstPort: number,
	manifests: string,
	lists: string,
): unknown {
	const dev = parse(readFileSync(join(ROOT, "Pulumi.dev.yaml"), "utf8"));
	const estate = dev.config["registry-tiers:estate"];
	const { tiers, regions } = movePorts(estate, firstPort - FIRST_DEV_PORT);
	return {
		config: {
			...dev.config,
			"registry-tiers:estate": {
				...estate,
				tiers: { ...tiers, archive: { ...tiers.archive, lists } },
				regions,
				addresses: rangeOf(firstPort),
				// Every minute, so that a test need not wait longer for the schedule.
				promotion: { schedule: "* * * * *", manifests },
			},
		},
	};
}

const FIRST_DEV_PORT = 5101;

function movePorts<T>(value: T, by: number): T {
	if (value === null || typeof value !== "object") return value;
	return Object.fromEntries(
		Object.entries(value).map(([key, inner]) => [
			key,
			/^port$|Port$/.test(key) ? inner + by : movePorts(inner, by),
		]),
	) as T;
}

// Test stacks are 100 ports apart, which makes this another range for each.
const rangeOf = (firstPort: number) =>
	`10.${214 + (Math.floor(firstPort / 100) % 40)}.0.0/20`;

/** Fails with everything a command said unless it succeeded. */
export function succeeded(result: Captured): Captured {
	if (result.code !== 0) {
		throw new Error(
			`exit code ${result.code}\n${result.stdout}\n${result.stderr}`,
		);
	}
	return result;
}

/** The password of each account of a running stack, by the name of its secret. */
export async function passwordsOf(
	stack: TestStack,
): Promise<Readonly<Record<string, string>>> {
	const { stdout } = succeeded(
		await stack.npm("pulumi", [
			"stack",
			"output",
			"passwords",
			"--show-secrets",
			"--json",
		]),
	);
	return JSON.parse(stdout);
}

/** Everything a stack has on the engine, as `kind name`. */
export async function leftovers(stack: string): Promise<readonly string[]> {
	const filters = { label: [`registry-tiers.stack=${stack}`] };
	const containers = await docker.listContainers({ all: true, filters });
	const networks = await docker.listNetworks({ filters });
	const { Volumes } = await docker.listVolumes({ filters });
	return [
		...containers.map(({ Names }) => `container ${Names[0]}`),
		...networks.map(({ Name }) => `network ${Name}`),
		...(Volumes ?? []).map(({ Name }) => `volume ${Name}`),
	];
}
