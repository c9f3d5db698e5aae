import assert from "node:assert/strict";
import { ociError, reset, status } from "../services/oci/faults.ts";
import type { ProxyFault } from "./fault-proxy.ts";
import { resetMidBody } from "./modes.ts";
import { askedFor, outcomesOf } from "./outcome.ts";
import { randomLayer, sampleImage, sampleIndex } from "./sample.ts";
import type { Scenario } from "./scenario.ts";

/** F3: servers and connections that fail. */
export const serverErrors: Scenario = {
	id: "F3",
	title: "servers and connections that fail",
	inject:
		"500, 502, 503, 504, a reset and a reset amid a body, each at another request; 500 with the code of a 4xx",
	expect: "each asked once more and promoted; the 4xx in disguise only once",
	run: async (rig) => {
		const large = await rig.offer(
			sampleImage("team/large", { layer: randomLayer(4096) }),
		);
		const app = await rig.offer(sampleIndex("team/app"));
		const source: readonly ProxyFault[] = [
			{ path: /\/app\/manifests\//, action: status(502) },
			{ path: /\/app\/blobs\//, action: status(503) },
			{ path: /\/app\/tags\/list/, action: reset },
			{ path: /\/large\/blobs\//, action: reset },
		];
		const destination: readonly ProxyFault[] = [
			{ method: "HEAD", path: /\/app\/manifests\//, action: status(504) },
			{ method: "HEAD", path: /\/app\/blobs\//, action: reset },
			{ method: "POST", path: /\/app\/blobs\//, action: status(500) },
			{ method: "PUT", path: /\/large\/blobs\//, action: resetMidBody },
			{ method: "PUT", path: /\/app\/manifests\/sha/, action: status(500) },
			{ method: "PUT", path: /\/app\/manifests\/1/, action: reset },
			{ path: /\/auth\/token/, action: status(503) },
		];
		const { report, stderr } = await rig.run({ source, destination });
		assert.deepEqual(outcomesOf(report), {
			"team/large:1.0.0": "promoted",
			"team/app:1.0.0": "promoted",
			"team/app:1.0.1": "promoted",
		});
		const faults = [...source, ...destination];
		for (const { path, hits = 0 } of faults) {
			assert.ok(hits >= 2, `${path} was asked ${hits} times`);
		}
		const waits = stderr.match(/waiting before another try/g) ?? [];
		assert.equal(waits.length, faults.length, stderr);

		const broken = await rig.offer(sampleImage("team/broken"));
		const refused = await rig.run({
			offers: [large, app, broken],
			destination: [
				{
					method: "PUT",
					path: /\/broken\/manifests\//,
					action: status(500, {
						body: ociError("MANIFEST_INVALID", "no such thing"),
					}),
					times: Number.POSITIVE_INFINITY,
				},
			],
		});
		assert.deepEqual(outcomesOf(refused.report), {
			"team/large:1.0.0": "present",
			"team/app:1.0.0": "present",
			"team/app:1.0.1": "present",
			"team/broken:1.0.0": `failed: PUT http://${refused.report?.destination}/v2/team/broken/manifests/${broken.image.digest} was refused with status 500, MANIFEST_INVALID: no such thing`,
		});
		assert.equal(
			askedFor(refused.destination, /\/broken\/manifests\//, "PUT"),
			1,
		);
	},
};
