import { readFileSync } from "node:fs";
import { COMPONENTS, findProcess } from "./components.ts";
import { tryKubectl } from "./kubectl.ts";
import { findMachine, processesOf } from "./machine.ts";
import { nodeIsReady } from "./readiness.ts";

/** What runs of a cluster. */
export interface ClusterStatus {
	readonly components: readonly {
		readonly name: string;
		/** Its process as this machine counts; undefined when it does not run. */
		readonly pid: number | undefined;
		readonly residentMiB: number | undefined;
	}[];
	readonly ready: boolean;
	readonly pods: number;
	/** Memory of every process of the node, those of pods among them. */
	readonly residentMiB: number;
}

/** @returns undefined when no cluster runs */
export async function clusterStatus(): Promise<ClusterStatus | undefined> {
	const machine = findMachine();
	if (!machine) return undefined;
	const running = processesOf(machine);
	const { stdout } = await tryKubectl([
		...["get", "pods", "--all-namespaces", "--output", "name"],
	]);
	return {
		components: COMPONENTS.map((component) => {
			const pid = findProcess(component, running)?.pid;
			return {
				name: component.name,
				pid,
				residentMiB: pid === undefined ? undefined : residentMiB(pid),
			};
		}),
		ready: await nodeIsReady(),
		pods: stdout.split("\n").filter((line) => line !== "").length,
		residentMiB: running.reduce((sum, { pid }) => sum + residentMiB(pid), 0),
	};
}

function residentMiB(pid: number): number {
	const status = readFileSync(`/proc/${pid}/status`, "utf8");
	const [, kib = "0"] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
	return Math.round(Number(kib) / 1024);
}
