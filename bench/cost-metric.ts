import { compared, less, type Metric, median } from "./metric.ts";
import type { ProcessCost } from "./process-cost.ts";

/** What the runs of each contender took, by its name. */
export type Costs = ReadonlyMap<string, readonly ProcessCost[]>;

/** One of ours against the peers, by the medians of their runs. */
export function costMetric(
	costs: Costs,
	ours: string,
	peers: readonly string[],
): Metric {
	const of = (name: string, key: keyof ProcessCost) =>
		median((costs.get(name) ?? []).map((cost) => cost[key]));
	const all = (key: keyof ProcessCost) =>
		[
			of(ours, key),
			Object.fromEntries(peers.map((name) => [name, of(name, key)])),
		] as const;
	return {
		...less(...all("seconds"), "s"),
		cpuSeconds: compared(...all("cpuSeconds")),
		residentMiB: compared(...all("residentMiB")),
	};
}
