import { reachable } from "../toolchain/docker-engine.ts";
import { ensureImages } from "../toolchain/images/images.ts";
import type { BenchOptions } from "./bench-options.ts";
import type { Metric, Metrics } from "./metric.ts";
import { benchCold500, benchColdBig } from "./promote-cold.ts";
import { benchHugeLayer } from "./promote-huge.ts";
import { benchNoop500, benchNoop5000 } from "./promote-noop.ts";
import { benchPlan5000 } from "./promote-plan.ts";
import { type PromoteSetup, setUpPromote } from "./promote-setup.ts";

/** The measurements, by the first metric each gives. */
const MEASUREMENTS: Readonly<
	Record<string, (setup: PromoteSetup) => Promise<Metrics>>
> = {
	noop5000: benchNoop5000,
	noop500: benchNoop500,
	cold500: benchCold500,
	coldBig: benchColdBig,
	rssMiB: benchHugeLayer,
	plan5000: benchPlan5000,
};

/**
 * The promoter's process beside those that copy images between registries too, in turns, against
 * distribution registries of their own. Every run is checked: all tags, at their digests.
 */
export async function benchPromote(options: BenchOptions): Promise<Metrics> {
	const engine = await reachable();
	if (engine) await ensureImages(engine.client, ["registry"]);
	const { only = Object.keys(MEASUREMENTS) } = options;
	const setup = await setUpPromote(options);
	const metrics: Record<string, Metric> = {};
	try {
		for (const [name, measure] of Object.entries(MEASUREMENTS)) {
			if (!only.includes(name)) continue;
			Object.assign(metrics, await measure(setup));
			await setup.clear();
		}
	} finally {
		await setup.end();
	}
	return metrics;
}
