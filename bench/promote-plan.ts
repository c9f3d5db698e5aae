import { smallImages } from "./image-set.ts";
import { figure, type Metrics, median } from "./metric.ts";
import { costOf } from "./process-cost.ts";
import type { PromoteSetup } from "./promote-setup.ts";

/** How long a plan of 5,000 entries takes that asks no registry. */
export async function benchPlan5000({
	rounds,
	promoter,
}: PromoteSetup): Promise<Metrics> {
	const images = smallImages(100);
	const command = promoter.prepare("plan", images, {
		source: "ci-snapshots.example.com",
		destination: "prod.example.com",
	});
	const seconds: number[] = [];
	for (let round = 0; round < rounds; round += 1) {
		const cost = await costOf(command("plan", "--offline"));
		seconds.push(cost.seconds);
	}
	return { plan5000: figure(median(seconds), "s") };
}
