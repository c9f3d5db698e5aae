import { startRegistry } from "../test/docker/registry-server.ts";
import { digestOfZeros, hugeImage } from "./image-set.ts";
import { figure, type Metrics } from "./metric.ts";
import type { PromoteSetup } from "./promote-setup.ts";
import { promotion } from "./promoter.ts";

const HUGE_BYTES = 10_000_000_000;

/** The most memory the promoter had while it promoted a layer of 10 GB. */
export async function benchHugeLayer(setup: PromoteSetup): Promise<Metrics> {
	const layer = { digest: digestOfZeros(HUGE_BYTES), size: HUGE_BYTES };
	const image = hugeImage(layer);
	const store = setup.store("huge");
	store.add(image);
	store.addZeros(image.repository, layer.digest, layer.size);
	const source = await setup.serve(store);
	// In its container, which is on a disk: there is not always room for it in memory.
	const destination = await startRegistry();
	try {
		const ends = { source: source.address, destination: destination.address };
		const command = setup.promoter.prepare("huge", [image], ends);
		const { residentMiB } = await promotion(command("run"), "promoted", [
			image,
		]);
		return { rssMiB: figure(residentMiB, "MiB") };
	} finally {
		await destination.stop();
	}
}
