import type { PromoterConfig } from "../topology/job-config.ts";
import { DEFAULT_PROMOTION_POLICY } from "../topology/promotion-policy.ts";
import { type Costs, costMetric } from "./cost-metric.ts";
import { type BenchImage, bigImages, smallImages } from "./image-set.ts";
import type { Metrics } from "./metric.ts";
import type { ProcessCost } from "./process-cost.ts";
import type { PromoteSetup } from "./promote-setup.ts";
import { type Ends, promotion } from "./promoter.ts";
import type { RegistryStore } from "./registry-store.ts";
import { inRounds } from "./rounds.ts";

const PEERS = ["regsync", "crane", "skopeo"] as const;

/** Small images into an empty registry: without checks, as the peers do it, and with what Prod asks for. */
export async function benchCold500(setup: PromoteSetup): Promise<Metrics> {
	const costs = await cold(setup, smallImages(10), {
		ours: {},
		// Signatures are left out: who makes them and how many there are says what they cost.
		checked: { policy: { ...DEFAULT_PROMOTION_POLICY, sbom: false } },
	});
	return {
		cold500: costMetric(costs, "ours", PEERS),
		cold500Checked: costMetric(costs, "checked", PEERS),
	};
}

/** 1 GB in layers of 40 MB into an empty registry. */
export async function benchColdBig(setup: PromoteSetup): Promise<Metrics> {
	const costs = await cold(setup, bigImages(), { ours: {} });
	return { coldBig: costMetric(costs, "ours", PEERS) };
}

async function cold(
	setup: PromoteSetup,
	images: readonly BenchImage[],
	ours: Readonly<Record<string, Partial<PromoterConfig>>>,
): Promise<Costs> {
	const { rounds, promoter, peers } = setup;
	const full = setup.store("full");
	for (const image of images) full.add(image);
	const { address: source } = await setup.serve(full);
	// A new registry for each run: one that is emptied under its feet remembers what it had.
	const intoEmpty = async (
		name: string,
		copy: (ends: Ends) => Promise<ProcessCost>,
	) => {
		const store = setup.store("empty");
		const registry = await setup.serve(store);
		const cost = await copy({ source, destination: registry.address });
		await registry.stop();
		expectAll(name, images, store);
		store.remove();
		return cost;
	};
	return inRounds(
		[
			...Object.entries(ours).map(([name, config]) => ({
				name,
				run: () =>
					intoEmpty(name, (ends) => {
						const command = promoter.prepare(name, images, ends, config);
						return promotion(command("run"), "promoted", images);
					}),
			})),
			...PEERS.map((name) => ({
				name,
				run: () => intoEmpty(name, (ends) => peers[name](images, ends)),
			})),
		],
		rounds,
	);
}

function expectAll(
	name: string,
	images: readonly BenchImage[],
	store: RegistryStore,
): void {
	for (const { repository, tag, manifest } of images) {
		const found = store.tag(repository, tag);
		if (found === manifest.digest) continue;
		throw new Error(
			`${name} left ${repository}:${tag} at ${found}, expected ${manifest.digest}`,
		);
	}
}
