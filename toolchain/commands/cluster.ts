import { startCluster, stopCluster } from "../cluster/cluster.ts";
import { clusterStatus } from "../cluster/cluster-status.ts";
import { KUBECONFIG } from "../cluster/state.ts";
import { plainTable } from "../plain-table.ts";
import { say } from "../step.ts";

/** `npm run cluster -- up`: a cluster of one node on this machine; prints its kubeconfig's path. */
export async function clusterUp(): Promise<number> {
	await startCluster();
	console.log(KUBECONFIG);
	return 0;
}

/** `npm run cluster -- down`: removes it. */
export async function clusterDown(): Promise<number> {
	await stopCluster();
	say("the cluster is gone; what was built for it stays for the next one");
	return 0;
}

/**
 * `npm run cluster -- status`: what of it runs.
 *
 * @returns 1 when it does not run, or not all of it
 */
export async function showCluster(): Promise<number> {
	const status = await clusterStatus();
	if (!status) {
		console.log("no cluster runs; `npm run cluster -- up` starts one");
		return 1;
	}
	const { components, ready, pods, residentMiB } = status;
	const rows = components.map(({ name, pid, residentMiB: used }) => [
		name,
		pid === undefined ? "stopped" : String(pid),
		used === undefined ? "" : `${used} MiB`,
	]);
	console.log(
		[
			plainTable(["component", "process", "memory"], rows),
			"",
			`node ${ready ? "ready" : "not ready"}, ${pods} pods, ${residentMiB} MiB in all`,
			`kubeconfig ${KUBECONFIG}`,
		].join("\n"),
	);
	return ready && components.every(({ pid }) => pid !== undefined) ? 0 : 1;
}
