import assert from "node:assert/strict";
import { type Action, status } from "../services/oci/faults.ts";
import type { Seen } from "./fault-proxy.ts";
import { firstOfEachPath } from "./modes.ts";
import { askedFor, outcomesOf } from "./outcome.ts";
import { sampleImage } from "./sample.ts";
import type { Scenario } from "./scenario.ts";

const WAIT_SECONDS = 2;

const inSeconds = status(429, {
	headers: { "retry-after": `${WAIT_SECONDS}` },
});
// A date has whole seconds: one more, so that it never asks for less.
const atDate: Action = (request, response) =>
	status(429, {
		headers: {
			"retry-after": new Date(
				Date.now() + (WAIT_SECONDS + 1) * 1_000,
			).toUTCString(),
		},
	})(request, response);

/** F2: registries that say it is too much. */
export const tooManyRequests: Scenario = {
	id: "F2",
	title: "registries that say it is too much",
	inject:
		"429 to the first request of every path, waits in seconds and as a date; for ever; with a wait of an hour",
	expect:
		"promoted with at most 2 x the requests, the host left alone meanwhile; else given up by name",
	run: async (rig) => {
		const calm = await rig.offer(sampleImage("team/calm"));
		const budget = await rig.run({ offers: [calm] });

		const stormy = await rig.offer(sampleImage("team/stormy"));
		const storm = await rig.run({
			offers: [stormy],
			source: [everyPath(inSeconds)],
			destination: [everyPath(atDate)],
		});
		assert.deepEqual(outcomesOf(storm.report), {
			"team/stormy:1.0.0": "promoted",
		});
		for (const end of ["source", "destination"] as const) {
			// A blob that was refused while it was sent needs a new upload session.
			assert.ok(storm[end].length <= 2 * budget[end].length + 1, end);
			assertPauses(storm[end]);
		}

		const late = await rig.offer(sampleImage("team/late"));
		const never = await rig.offer(sampleImage("team/never"));
		const { report, source } = await rig.run({
			offers: [late, never],
			source: [
				{
					path: /\/late\/manifests\//,
					action: status(429, { headers: { "retry-after": "3600" } }),
					times: Number.POSITIVE_INFINITY,
				},
				{
					path: /\/never\/manifests\//,
					action: status(429, { headers: { "retry-after": "0" } }),
					times: Number.POSITIVE_INFINITY,
				},
			],
		});
		const urlOf = ({ repository, image }: typeof late) =>
			`http://${report?.source}/v2/${repository}/manifests/${image.digest}`;
		assert.deepEqual(outcomesOf(report), {
			"team/late:1.0.0": `failed: GET ${urlOf(late)} was refused with status 429; it asks to wait 3600 s, a run waits at most 300 s`,
			"team/never:1.0.0": `failed: GET ${urlOf(never)} was refused with status 429; given up after 6 tries`,
		});
		assert.equal(askedFor(source, /\/late\/manifests\//), 1);
		assert.equal(askedFor(source, /\/never\/manifests\//), 6);
	},
};

const everyPath = (action: Action) => ({
	path: /^\/v2\//,
	action: firstOfEachPath(1, action),
	times: Number.POSITIVE_INFINITY,
});

// What was under way when the host said so may still arrive: half a second is plenty for that.
function assertPauses(seen: readonly Seen[]): void {
	const refusals = seen.filter(({ status }) => status === 429);
	assert.ok(refusals.length > 3, `${refusals.length} refusals`);
	for (const { at: from, path } of refusals) {
		const early = seen.filter(
			({ at }) => at > from + 500 && at < from + WAIT_SECONDS * 1_000 - 100,
		);
		assert.deepEqual(early, [], `asked while it was to wait for ${path}`);
	}
}
