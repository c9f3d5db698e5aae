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
	mkdirSync(manifests);
	const configFile = join(folder, `Pulumi.${name}.yaml`);
	writeFileSync(configFile, stringify(configLikeDev(firstPort, manifests)));
	return {
		name,
		manifests,
		configFile,
		npm: (script, args = [], { env = {}, input = "" } = {}) =>
			runCaptured(
				"npm",
				[
					"run",
					"--silent",
					script,
					"--",
					"--stack",
					name,
					"--config-file",
					configFile,
					...args,
				],
				{ cwd: ROOT, input, env: { XDG_STATE_HOME: folder, ...env } },
			),
		dispose: () => rmSync(folder, { recursive: true, force: true }),
	};
}

function configLikeDev(firstPort: number, manifests: string): unknown {
	const dev = parse(readFileSync(join(ROOT, "Pulumi.dev.yaml"), "utf8"));
	const estate = dev.config["registry-tiers:estate"];
	Object.values<{ port: number }>(estate.tiers).forEach((tier, i) => {
		tier.port = firstPort + i;
	});
	// Every minute, so that a test need not wait longer for the schedule.
	estate.promotion = { schedule: "* * * * *", manifests };
	return dev;
}

/** Fails with everything a command said unless it succeeded. */
export function succeeded(result: Captured): Captured {
	if (result.code !== 0) {
		throw new Error(
			`exit code ${result.code}\n${result.stdout}\n${result.stderr}`,
		);
	}
	return result;
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
