import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { silence } from "../services/oci/faults.ts";
import type { Seen } from "./fault-proxy.ts";
import { stalledAfterOneByte, trickling } from "./modes.ts";
import { askedFor, outcomesOf } from "./outcome.ts";
import { layerOf, sampleImage } from "./sample.ts";
import type { Scenario } from "./scenario.ts";

/** How long the promoter waits for the next byte, as `DEFAULT_TIMEOUTS` has it. */
const IDLE_SECONDS = 30;

/** F4: registries that fall silent. */
export const stalled: Scenario = {
	id: "F4",
	title: "registries that fall silent",
	inject:
		"a blob that stops after one byte, manifests sent and asked for that nobody answers, once each; a blob that takes 35 s but moves; SIGTERM amid silence",
	expect:
		"asked again after 30 s without a byte, and promoted; what moves is waited for; SIGTERM ends the run at once",
	run: async (rig) => {
		const blob = await rig.offer(sampleImage("team/blob"));
		const manifest = await rig.offer(sampleImage("team/manifest"));
		const upload = await rig.offer(sampleImage("team/upload"));
		const slow = await rig.offer(sampleImage("team/slow"));
		const { url } = rig.source.front;
		const blobPath = new RegExp(`/blobs/${layerOf(blob).digest}`);
		const slowPath = new RegExp(`/blobs/${layerOf(slow).digest}`);
		const uploadPath = new RegExp(`/upload/manifests/${upload.image.digest}`);
		const parts = { parts: 14, pauseMs: 2_500 };
		const { report, seconds, source, destination } = await rig.run({
			source: [
				{ path: blobPath, action: stalledAfterOneByte(url) },
				{ path: /\/manifest\/manifests\//, action: silence },
				{ path: slowPath, action: trickling(url, parts) },
			],
			destination: [{ method: "PUT", path: uploadPath, action: silence }],
		});
		assert.deepEqual(outcomesOf(report), {
			"team/blob:1.0.0": "promoted",
			"team/manifest:1.0.0": "promoted",
			"team/upload:1.0.0": "promoted",
			"team/slow:1.0.0": "promoted",
		});
		assert.ok(seconds < 2 * IDLE_SECONDS, `${seconds} s`);
		const manifestPath = new RegExp(`/manifests/${manifest.image.digest}`);
		assertAskedAgain(source, blobPath);
		assertAskedAgain(source, manifestPath);
		assertAskedAgain(destination, uploadPath, "PUT");
		assert.equal(askedFor(source, slowPath), 1);

		const last = await rig.offer(sampleImage("team/last"));
		let child: ChildProcess | undefined;
		const stopped = await rig.run({
			offers: [last],
			source: [
				{
					path: /\/last\/blobs\//,
					times: Number.POSITIVE_INFINITY,
					action: (request, response) => {
						child?.kill("SIGTERM");
						return silence(request, response);
					},
				},
			],
			onStart: (process) => {
				child = process;
			},
		});
		assert.equal(stopped.status, 143);
		assert.ok(
			stopped.seconds < IDLE_SECONDS / 2,
			`ended after ${stopped.seconds} s`,
		);
		assert.deepEqual(outcomesOf(stopped.report), {
			"team/last:1.0.0": "aborted: stopped by SIGTERM",
		});
	},
};

function assertAskedAgain(
	seen: readonly Seen[],
	path: RegExp,
	method = "GET",
): void {
	const [first, second] = seen
		.filter(({ authorization }) => authorization !== undefined)
		.filter((one) => one.method === method && path.test(one.path))
		.map(({ at }) => at / 1_000);
	const waited = (second ?? Number.NaN) - (first ?? Number.NaN);
	const isIdleTime = waited >= IDLE_SECONDS - 1 && waited < IDLE_SECONDS + 10;
	assert.ok(isIdleTime, `${path} was asked again after ${waited} s`);
}
