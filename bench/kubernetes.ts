import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCluster } from "../toolchain/cluster/cluster.ts";
import { kubectl } from "../toolchain/cluster/kubectl.ts";
import { parseQuantity } from "../toolchain/kubernetes/quantity.ts";
import { runCaptured } from "../toolchain/process.ts";
import { ROOT } from "../toolchain/stack.ts";
import { figure, type Metrics, median } from "./metric.ts";

const STACK = "k8s-bench";
const ROUNDS = 3;

/** An estate like `k8s` on the cluster of this machine: how fast it comes up, and what it asks a node for. */
export async function benchKubernetes(): Promise<Metrics> {
	await startCluster();
	const folder = mkdtempSync(join(tmpdir(), "registry-tiers-bench-"));
	const config = join(folder, `Pulumi.${STACK}.yaml`);
	copyFileSync(join(ROOT, "Pulumi.k8s.yaml"), config);
	const npm = (script: string, ...args: readonly string[]) =>
		run(script, ["--stack", STACK, "--config-file", config, ...args]);
	try {
		await takeDown();
		// Brings the images to the node.
		await npm("preview");
		const first = await seconds(() => npm("up"));
		const second = [];
		for (let i = 0; i < ROUNDS; i += 1) {
			second.push(await seconds(() => npm("up", "--expect-no-changes")));
		}
		return {
			upSeconds: figure(first, "s"),
			secondUpSeconds: figure(median(second), "s"),
			memoryRequestsMiB: figure(await memoryRequestsMiB(), "MiB"),
		};
	} finally {
		await takeDown();
		rmSync(folder, { recursive: true });
	}

	// Also what `down` keeps: nobody misses it here.
	async function takeDown(): Promise<void> {
		await npm("down");
		await kubectl([
			...["delete", "namespaces", "--ignore-not-found"],
			...["--selector", `registry-tiers/stack=${STACK}`],
		]);
	}
}

interface LivePod {
	readonly spec: {
		readonly containers: readonly {
			readonly resources: { readonly requests?: { readonly memory?: string } };
		}[];
	};
}

/** What the containers that run ask for; those that only wait at the start ask for less. */
async function memoryRequestsMiB(): Promise<number> {
	const { items } = JSON.parse(
		await kubectl([
			...["get", "pods", "--all-namespaces", "--output", "json"],
			...["--selector", `registry-tiers/stack=${STACK}`],
			...["--field-selector", "status.phase=Running"],
		]),
	);
	const requests = items.flatMap(({ spec }: LivePod) =>
		spec.containers.map(({ resources }) => resources.requests?.memory ?? "0"),
	);
	return (
		requests.reduce(
			(sum: number, request: string) => sum + parseQuantity(request),
			0,
		) /
		2 ** 20
	);
}

async function seconds(action: () => Promise<unknown>): Promise<number> {
	const started = performance.now();
	await action();
	return (performance.now() - started) / 1_000;
}

async function run(script: string, args: readonly string[]): Promise<void> {
	const { code, stdout, stderr } = await runCaptured(
		"npm",
		["run", "--silent", script, "--", ...args],
		{ cwd: ROOT },
	);
	if (code !== 0) throw new Error(`${stdout}\n${stderr}`);
}
