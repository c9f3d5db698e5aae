import assert from "node:assert/strict";
import { outcomesOf } from "./outcome.ts";
import type { Rig } from "./rig.ts";
import { sampleImage } from "./sample.ts";
import type { Scenario } from "./scenario.ts";

const MINUTE_MS = 60_000;

let gateAheadMs = 0;

/** F20: clocks that do not agree. */
export const clocks: Scenario = {
	id: "F20",
	title: "clocks that do not agree",
	inject:
		"the promoter 2 min and 1 h ahead and behind (faketime); the token service 30 s, 2 min and 1 h from the registry's clock",
	expect:
		"the promoter's own clock does not matter; a token that is refused for its time names both clocks",
	rig: { gateClock: () => Date.now() + gateAheadMs },
	run: async (rig) => {
		for (const [i, ahead] of ["+2m", "-2m", "+1h", "-1h"].entries()) {
			const repository = `team/promoter-${i}`;
			await rig.offer(sampleImage(repository));
			const { report } = await rig.run({
				offers: rig.offers.slice(-1),
				wrapped: (command) => ["faketime", "-m", "-f", ahead, ...command],
			});
			// The clock was set indeed.
			const aheadMs = Date.parse(report?.startedAt ?? "") - Date.now();
			assert.ok(Math.abs(aheadMs) > MINUTE_MS, `${ahead} is ${aheadMs} ms`);
			assert.deepEqual(outcomesOf(report), {
				[`${repository}:1.0.0`]: "promoted",
			});
		}
		try {
			await skewGate(rig);
		} finally {
			gateAheadMs = 0;
		}
	},
};

/** How far the registry's clock is from that of its gate, and what is said of it; nothing if it works. */
const GATE_SKEWS = [
	[0.5, undefined],
	[-0.5, undefined],
	[2, "behind"],
	[60, "behind"],
	[-60, "ahead of"],
] as const;

async function skewGate(rig: Rig): Promise<void> {
	for (const [i, [aheadMinutes, said]] of GATE_SKEWS.entries()) {
		gateAheadMs = aheadMinutes * MINUTE_MS;
		const repository = `team/gate-${i}`;
		await rig.offer(sampleImage(repository));
		const { report } = await rig.run({ offers: rig.offers.slice(-1) });
		const outcome = outcomesOf(report)[`${repository}:1.0.0`] ?? "";
		if (said === undefined) {
			assert.equal(outcome, "promoted", `${aheadMinutes} min`);
			continue;
		}
		// Both ends have the same gate clock here; which one is asked first is not promised.
		const seconds = Number(/its clock is ([0-9]+) s /.exec(outcome)?.[1]);
		assert.ok(
			Math.abs(seconds - Math.abs(aheadMinutes) * 60) <= 5,
			`${aheadMinutes} min: ${outcome}`,
		);
		assert.match(
			outcome,
			new RegExp(
				`^failed: GET http://127\\.0\\.0\\.1:[0-9]+/v2/${repository}/\\S+ was refused with status 401, UNAUTHORIZED: authentication required; its clock is [0-9]+ s ${said} that of the token service, expected at most 60 s\\. Fix: set both by the same time server$`,
			),
		);
	}
}
