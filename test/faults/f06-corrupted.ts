import assert from "node:assert/strict";
import type { ProxyFault } from "./fault-proxy.ts";
import { corrupted, withHeaders } from "./modes.ts";
import { outcomesOf } from "./outcome.ts";
import { layerOf, randomLayer, sampleImage } from "./sample.ts";
import type { Scenario } from "./scenario.ts";

const ALWAYS = { times: Number.POSITIVE_INFINITY };
const FOREIGN = `sha256:${"0".repeat(64)}`;

/** F6: other bytes arrive than were asked for, or another digest is said to be stored. */
export const corruption: Scenario = {
	id: "F6",
	title: "content that is not what its digest says",
	inject:
		"one bit turned over in blobs and manifests, once and every time; a digest not ours at the tag PUT and its read-back",
	expect:
		"our check fires before Prod's; once: promoted; every time: failed by name, the blob not in Prod",
	run: async (rig) => {
		const healed = await rig.offer(sampleImage("team/healed"));
		const large = { layer: randomLayer(5 * 1024) };
		const layer = await rig.offer(sampleImage("team/layer", large));
		const manifest = await rig.offer(sampleImage("team/manifest"));
		const stored = await rig.offer(sampleImage("team/stored"));
		const readBack = await rig.offer(sampleImage("team/read-back"));
		const damage = corrupted(rig.source.front.url);
		const lie = withHeaders(rig.destination.front.url, {
			"docker-content-digest": FOREIGN,
		});
		const pathOf = (offer: typeof healed) =>
			new RegExp(`/blobs/${layerOf(offer).digest}`);
		const once: readonly ProxyFault[] = [
			{ path: /\/healed\/manifests\//, action: damage },
			{ path: pathOf(healed), action: damage },
		];
		const { report, destination } = await rig.run({
			source: [
				...once,
				{ path: pathOf(layer), action: damage, ...ALWAYS },
				{ path: /\/manifest\/manifests\//, action: damage, ...ALWAYS },
			],
			destination: [
				{ method: "PUT", path: /\/stored\/manifests\/1/, action: lie },
				// As long as the tag is not there, there is nothing to lie about.
				{
					method: "HEAD",
					path: /\/read-back\/manifests\/1/,
					action: lie,
					...ALWAYS,
				},
			],
		});
		const outcomes = outcomesOf(report);
		const to = report?.destination;
		assert.deepEqual(
			{ ...outcomes, "team/layer:1.0.0": "", "team/manifest:1.0.0": "" },
			{
				"team/healed:1.0.0": "promoted",
				"team/layer:1.0.0": "",
				"team/manifest:1.0.0": "",
				"team/stored:1.0.0": `failed: PUT http://${to}/v2/team/stored/manifests/1.0.0 stored ${FOREIGN}, expected ${stored.image.digest}`,
				"team/read-back:1.0.0": `failed: ${to}/team/read-back:1.0.0 was written as ${readBack.image.digest} and reads as ${FOREIGN}: somebody else writes it too`,
			},
		);
		// Both say what arrived, which is another digest whichever bit was turned over.
		const { digest, bytes } = layerOf(layer);
		const damaged = new RegExp(
			`^failed: content of ${digest} is damaged: its ${bytes.byteLength} bytes hash to sha256:[0-9a-f]{64}; given up after 6 tries$`,
		);
		assert.match(outcomes["team/layer:1.0.0"] ?? "", damaged);
		assert.match(
			outcomes["team/manifest:1.0.0"] ?? "",
			new RegExp(
				`/v2/team/manifest/manifests/${manifest.image.digest} answered with a damaged manifest: expected ${manifest.image.digest}, got sha256:[0-9a-f]{64}; given up after 6 tries$`,
			),
		);
		for (const { path, hits = 0 } of once) assert.ok(hits >= 2, `${path}`);
		assert.deepEqual(
			destination.filter(({ status }) => status === 400),
			[],
		);
		const { url } = rig.destination.door;
		const { status } = await fetch(`${url}/v2/team/layer/blobs/${digest}`);
		assert.equal(status, 404);
	},
};
