import { readFileSync } from "node:fs";
import Docker from "dockerode";
import { describeStack } from "../toolchain/commands/prepare.ts";
import { runCaptured } from "../toolchain/process.ts";
import { ROOT } from "../toolchain/stack.ts";
import {
	labelledWith,
	runningContainer,
} from "../toolchain/stack-containers.ts";
import { figure, type Metrics, median, more } from "./metric.ts";
import { benchThroughput } from "./throughput.ts";
import { benchTokens } from "./tokens.ts";

const STACK = "dev";
const SETTLE_MS = 20_000;

/** The `dev` estate on this machine: how fast it comes up, how much it takes, how fast it serves. */
export async function benchDev(): Promise<Metrics> {
	await npm("up");
	await npm("down");
	const installed = await seconds(() => run("npm", ["ci"]));
	const first = await seconds(() => npm("up"));
	const second = [];
	for (let i = 0; i < 3; i += 1) second.push(await seconds(() => npm("up")));
	await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
	const resident = await memoryMiB("Pss");
	const withShared = await memoryMiB("Rss");
	const { pull, push } = await benchThroughput(await sandboxEnds());
	const tokens = await benchTokens();
	const tests = await seconds(() => run("npm", ["test"]));
	return {
		installAndUpSeconds: figure(installed + first, "s"),
		secondUpSeconds: figure(median(second), "s"),
		residentIdleMiB: figure(resident, "MiB"),
		residentIdleMiBSharedCountedTwice: figure(withShared, "MiB"),
		pullThroughFront: more(pull.front, { registry: pull.registry }, "MB/s"),
		pushThroughFront: more(push.front, { registry: push.registry }, "MB/s"),
		tokensPerCpuSecond: figure(tokens.tokensPerCpuSecond, "tokens/s"),
		testSeconds: figure(tests, "s"),
	};
}

async function seconds(action: () => Promise<unknown>): Promise<number> {
	const started = performance.now();
	await action();
	return (performance.now() - started) / 1_000;
}

const npm = (script: string) =>
	run("npm", ["run", "--silent", script, "--", "--stack", STACK]);

async function run(command: string, args: readonly string[]): Promise<void> {
	const { code, stdout, stderr } = await runCaptured(command, args, {
		cwd: ROOT,
	});
	if (code !== 0) throw new Error(`${stdout}\n${stderr}`);
}

/**
 * Memory of every process of every container as the kernel counts it, in MiB. `Pss` counts a page
 * that several processes share once, `Rss` once for each of them. Linux only, as root.
 */
async function memoryMiB(field: "Pss" | "Rss"): Promise<number> {
	const client = new Docker();
	const containers = await client.listContainers({
		filters: labelledWith(STACK),
	});
	let kiB = 0;
	for (const { Id } of containers) {
		const { Processes } = await client
			.getContainer(Id)
			.top({ ps_args: "-eo pid" });
		for (const [pid = ""] of Processes) {
			const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
			const found = new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(rollup);
			kiB += Number(found?.[1] ?? Number.NaN);
		}
	}
	return kiB / 1024;
}

/** Sandbox's front and the registry behind it, both by their containers' own addresses. */
async function sandboxEnds() {
	const client = new Docker();
	const { estate } = describeStack({ stack: STACK, install: false });
	const sandbox = estate.registries.find(({ name }) => name === "sandbox");
	if (!sandbox) throw new Error("no sandbox in the estate");
	const addressOf = async (name: string, network: string) => {
		const { NetworkSettings } = await runningContainer(client, STACK, name);
		const found = Object.entries(NetworkSettings.Networks).find(([key]) =>
			key.startsWith(`${network}-network`),
		);
		return found?.[1].IPAddress ?? "";
	};
	return {
		host: sandbox.host,
		front: {
			address: await addressOf("home-front-server", "edge"),
			port: 8080,
		},
		registry: {
			address: await addressOf("sandbox-server", "sandbox"),
			port: 5000,
		},
	};
}
