import assert from "node:assert/strict";
import { push } from "../services/oci/images.ts";
import { askedFor, outcomesOf } from "./outcome.ts";
import { layerOf, sampleImage, sampleIndex } from "./sample.ts";
import type { Scenario } from "./scenario.ts";

/** F24: something of an image is gone at the source. */
export const lostContent: Scenario = {
	id: "F24",
	title: "part of an image is gone at the source",
	inject:
		"a layer, a platform of an index, a signature's manifest and a whole image deleted in CI Snapshots",
	expect:
		"each fails by name before its tag is written; the others are promoted",
	run: async (rig) => {
		const whole = await rig.offer(sampleIndex("team/whole"));
		const layerless = await rig.offer(sampleImage("team/layerless"));
		const halved = await rig.offer(sampleIndex("team/halved"));
		const unsigned = await rig.offer(sampleIndex("team/unsigned"));
		const lost = await rig.offer(sampleImage("team/lost"));
		const layer = layerOf(layerless).digest;
		const platform = halved.image.children[1]?.digest;
		const list = Object.values(unsigned.along ?? {})[0];
		const signature = list?.children[0]?.digest;
		for (const path of [
			`layerless/blobs/${layer}`,
			`halved/manifests/${platform}`,
			`unsigned/manifests/${signature}`,
			`lost/manifests/${lost.image.digest}`,
		]) {
			const { url } = rig.source.door;
			const gone = await fetch(`${url}/v2/team/${path}`, { method: "DELETE" });
			assert.equal(gone.status, 202, path);
		}

		const { report, destination } = await rig.run();
		const UNKNOWN = "MANIFEST_UNKNOWN: manifest unknown";
		const refused = (path: string, why: string) =>
			`failed: GET http://${report?.source}/v2/team/${path} was refused with status 404, ${why}`;
		assert.deepEqual(outcomesOf(report), {
			"team/whole:1.0.0": "promoted",
			"team/whole:1.0.1": "promoted",
			"team/layerless:1.0.0": refused(
				`layerless/blobs/${layer}`,
				"BLOB_UNKNOWN: blob unknown to registry",
			),
			"team/halved:1.0.0": refused(`halved/manifests/${platform}`, UNKNOWN),
			"team/halved:1.0.1": refused(`halved/manifests/${platform}`, UNKNOWN),
			"team/unsigned:1.0.0": refused(
				`unsigned/manifests/${signature}`,
				UNKNOWN,
			),
			"team/unsigned:1.0.1": refused(
				`unsigned/manifests/${signature}`,
				UNKNOWN,
			),
			"team/lost:1.0.0": refused(
				`lost/manifests/${lost.image.digest}`,
				UNKNOWN,
			),
		});
		assert.equal(askedFor(destination, /\/manifests\/1\.0/, "PUT"), 2);

		for (const { repository, image, along = {} } of rig.offers) {
			if (repository === whole.repository) continue;
			await push(rig.source.door.url, repository, image);
			for (const [tag, manifest] of Object.entries(along)) {
				await push(rig.source.door.url, repository, manifest, tag);
			}
		}
	},
};
