import assert from "node:assert/strict";
import type { ProxyFault } from "./fault-proxy.ts";
import { cutInHalf, shortened } from "./modes.ts";
import { outcomesOf } from "./outcome.ts";
import { layerOf, randomLayer, sampleImage } from "./sample.ts";
import type { Scenario } from "./scenario.ts";

const ALWAYS = { times: Number.POSITIVE_INFINITY };

/** F5: less arrives than was promised, or less is promised than there is. */
export const truncated: Scenario = {
	id: "F5",
	title: "content that ends early",
	inject:
		"blobs and manifests of half their length, promised in full or not; once and every time",
	expect:
		"once: promoted by another try; every time: failed by name, its tag not in Prod",
	run: async (rig) => {
		// Of three sizes: small ones are read whole, large ones go their own way through the client.
		const healed = await rig.offer(sampleImage("team/healed"));
		const cut = await rig.offer(
			sampleImage("team/cut", { layer: randomLayer(1024) }),
		);
		const short = await rig.offer(
			sampleImage("team/short", { layer: randomLayer(5 * 1024) }),
		);
		const { url } = rig.source.front;
		const pathOf = (offer: typeof healed) =>
			new RegExp(`/blobs/${layerOf(offer).digest}`);
		const once: readonly ProxyFault[] = [
			{ path: /\/healed\/manifests\//, action: cutInHalf(url) },
			{ path: /\/healed\/manifests\//, action: shortened(url) },
			{ path: pathOf(healed), action: cutInHalf(url) },
			{ path: pathOf(healed), action: shortened(url) },
		];
		const { report, destination } = await rig.run({
			source: [
				...once,
				{ path: pathOf(cut), action: cutInHalf(url), ...ALWAYS },
				{ path: pathOf(short), action: shortened(url), ...ALWAYS },
			],
		});
		const blob = layerOf(cut).digest;
		const { digest, bytes } = layerOf(short);
		assert.deepEqual(outcomesOf(report), {
			"team/healed:1.0.0": "promoted",
			"team/cut:1.0.0": `failed: GET http://${report?.source}/v2/team/cut/blobs/${blob} failed: UND_ERR_SOCKET other side closed; given up after 6 tries`,
			"team/short:1.0.0": `failed: content of ${digest} ended after ${bytes.byteLength / 2} of ${bytes.byteLength} bytes; given up after 6 tries`,
		});
		for (const { path, hits = 0 } of once) assert.ok(hits >= 2, `${path}`);
		// Nothing that the registry would have had to refuse was sent to its end.
		assert.deepEqual(
			destination.filter(({ status }) => status === 400),
			[],
		);
	},
};
