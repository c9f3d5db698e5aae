import { readFileSync } from "node:fs";
import Docker from "dockerode";
import { labelledWith } from "../toolchain/stack-containers.ts";

/**
 * Memory of every process of every container as the kernel counts it, in MiB. `Pss` counts a page
 * that several processes share once, `Rss` once for each of them. Linux only, as root.
 */
export async function memoryMiB(
	stack: string,
	field: "Pss" | "Rss",
): Promise<number> {
	const client = new Docker();
	const containers = await client.listContainers({
		filters: labelledWith(stack),
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
