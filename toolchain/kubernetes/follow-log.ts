import { PassThrough } from "node:stream";
import { loadKubeconfig } from "../providers/kubernetes/kubeconfig.ts";
import type { PodContainer } from "./pod-exec.ts";
import type { ClusterAddress } from "./with-cluster.ts";

/**
 * Passes on what a container prints, line by line, until it ends.
 */
export async function followLog(
	cluster: ClusterAddress,
	{ namespace, pod, container }: PodContainer,
	onLine: (line: string) => void,
): Promise<void> {
	const { Log } = await import("@kubernetes/client-node");
	const log = new Log(await loadKubeconfig(cluster));
	const lines = new PassThrough();
	await log.log(namespace, pod, container, lines, { follow: true });
	let rest = "";
	for await (const chunk of lines.setEncoding("utf8")) {
		const parts = `${rest}${chunk}`.split("\n");
		rest = parts.pop() ?? "";
		for (const line of parts) onLine(line);
	}
	if (rest !== "") onLine(rest);
}

/**
 * Whether a line is one of a job's log: a cluster keeps both outputs of a container as one, and a report
 * has to be told from it.
 */
export function isLogLine(line: string): boolean {
	if (!line.startsWith('{"level":')) return false;
	try {
		const { level, time } = JSON.parse(line);
		return typeof level === "string" && typeof time === "string";
	} catch {
		return false;
	}
}
