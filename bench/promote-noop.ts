import { type Costs, costMetric } from "./cost-metric.ts";
import { type BenchImage, smallImages } from "./image-set.ts";
import type { Metrics } from "./metric.ts";
import type { ProcessCost } from "./process-cost.ts";
import type { PromoteSetup } from "./promote-setup.ts";
import { promotion } from "./promoter.ts";
import { type Contender, inRounds } from "./rounds.ts";

/** Runs that find 5,000 tags promoted already: by their names, and with all digests compared. */
export async function benchNoop5000(setup: PromoteSetup): Promise<Metrics> {
	// skopeo sync compares nothing and takes minutes for it.
	const costs = await noop(setup, smallImages(100), ["regsync", "crane"]);
	return {
		noop5000: costMetric(costs, "ours", ["regsync", "crane"]),
		noop5000Digests: costMetric(costs, "digests", ["regsync", "crane"]),
	};
}

/** Runs that find 500 tags promoted already, where the start of the process is most of it. */
export async function benchNoop500(setup: PromoteSetup): Promise<Metrics> {
	const peers = ["regsync", "crane", "skopeo"] as const;
	const costs = await noop(setup, smallImages(10), peers);
	return { noop500: costMetric(costs, "ours", peers) };
}

async function noop(
	setup: PromoteSetup,
	images: readonly BenchImage[],
	names: readonly (keyof PromoteSetup["peers"])[],
): Promise<Costs> {
	const { rounds, promoter, peers } = setup;
	// Nothing is written, so both registries may have one store.
	const store = setup.store("noop");
	for (const image of images) store.add(image);
	const source = await setup.serve(store);
	const destination = await setup.serve(store);
	const ends = { source: source.address, destination: destination.address };
	const command = promoter.prepare(`noop-${images.length}`, images, ends, {
		fullCheckEvery: 1_000_000,
	});
	const ours = (...flags: string[]) =>
		promotion(command("run", ...flags), "present", images);
	const contenders: readonly Contender<ProcessCost>[] = [
		{ name: "ours", run: () => ours() },
		{ name: "digests", run: () => ours("--verify-digests") },
		...names.map((name) => ({
			name,
			run: () => peers[name](images, ends),
		})),
	];
	// The first run is the one that compares digests, and everybody finds the registries warm.
	await ours();
	return inRounds(contenders, rounds);
}
