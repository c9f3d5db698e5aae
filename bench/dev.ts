import { describeStack } from "../toolchain/commands/prepare.ts";
import { runCaptured } from "../toolchain/process.ts";
import { ROOT } from "../toolchain/stack.ts";
import { addressOn } from "./address.ts";
import { memoryMiB } from "./memory.ts";
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
	const resident = await memoryMiB(STACK, "Pss");
	const withShared = await memoryMiB(STACK, "Rss");
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

/** Sandbox's front and the registry behind it, both by their containers' own addresses. */
async function sandboxEnds() {
	const { estate } = describeStack({ stack: STACK, install: false });
	const sandbox = estate.registries.find(({ name }) => name === "sandbox");
	if (!sandbox) throw new Error("no sandbox in the estate");
	return {
		host: sandbox.host,
		front: {
			address: await addressOn(STACK, "home-front-server", "edge"),
			port: 8080,
		},
		registry: {
			address: await addressOn(STACK, "sandbox-server", "sandbox"),
			port: 5000,
		},
	};
}
