import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Action, silence } from "../services/oci/faults.ts";
import type { FaultyPromoter } from "./faulty-promoter.ts";
import type { Offer } from "./offer.ts";
import { outcomesOf } from "./outcome.ts";
import type { Rig } from "./rig.ts";
import { sampleImage } from "./sample.ts";
import type { Scenario } from "./scenario.ts";

/** As the lease has them: its life, and how often its holder renews it and others look. */
const TTL_MS = 30_000;
const RENEW_MS = 5_000;
/** For processes to start on a busy machine. */
const SLACK_MS = 10_000;
/** How long the holder that lives keeps the other one waiting. */
const BUSY_MS = 7_000;

/** F12: two promoters of one state folder, of which one dies. */
export const lease: Scenario = {
	id: "F12",
	title: "the holder of the lease dies",
	inject:
		"a second run while the first is under way; the first killed with -9 while it holds the lease",
	expect:
		"the second says that it waits and asks nothing; it goes on when the first ended, or 30 s after its last sign of life",
	run: async (rig) => {
		const slow = await rig.offer(sampleImage("team/slow"));
		const ended = await inTurn(rig, slow, async (request, response) => {
			await setTimeout(BUSY_MS);
			return response.writableEnded || request.destroyed;
		});
		assert.equal(ended.first.status, 0, ended.first.stderr);
		assert.deepEqual(outcomesOf(ended.second.report), {
			"team/slow:1.0.0": "present",
		});
		assert.ok(
			ended.waitedMs < RENEW_MS + SLACK_MS,
			`waited ${ended.waitedMs} ms for a run that had ended`,
		);

		const orphan = await rig.offer(sampleImage("team/orphan"));
		const died = await inTurn(rig, orphan, silence, RENEW_MS / 2);
		assert.equal(died.first.status, null);
		assert.deepEqual(outcomesOf(died.second.report), {
			"team/orphan:1.0.0": "promoted",
		});
		assert.ok(
			died.waitedMs >= TTL_MS - RENEW_MS - 1_000 &&
				died.waitedMs < TTL_MS + RENEW_MS + SLACK_MS,
			`took over ${died.waitedMs} ms after the holder died`,
		);
	},
};

/**
 * Runs a promoter that is held up at its layer, and another one of the same state folder meanwhile.
 *
 * @param killAfterMs kills the first one so long after the second began. @default - it lives
 * @returns both outcomes, and how long after the last request of the first one, or its death, the second began
 */
async function inTurn(
	rig: Rig,
	offer: Offer,
	holdUp: Action,
	killAfterMs?: number,
) {
	const state = await mkdtemp(join(tmpdir(), "lease-"));
	const first = await rig.promoter([offer], { state });
	const second = await rig.promoter([offer], { state });
	try {
		let holder: ChildProcess | undefined;
		let killedAt: number | undefined;
		const isHeldUp = heldUp(first, holdUp);
		const firstRun = first.run({
			onStart: (process) => {
				holder = process;
			},
		});
		await isHeldUp;
		const secondRun = second.run();
		if (killAfterMs !== undefined) {
			await setTimeout(killAfterMs);
			holder?.kill("SIGKILL");
			killedAt = Date.now();
		}
		const outcomes = { first: await firstRun, second: await secondRun };
		assert.match(outcomes.second.stderr, /waits for a run that is under way/);
		const endedAt = killedAt ?? Math.max(...timesOf(first));
		const waitedMs = Math.min(...timesOf(second)) - endedAt;
		assert.ok(waitedMs >= 0, `asked ${-waitedMs} ms before the first ended`);
		await rig.check([offer]);
		return { ...outcomes, waitedMs };
	} finally {
		await first.remove();
		await second.remove();
		await rm(state, { recursive: true });
	}
}

const timesOf = ({ source, destination }: FaultyPromoter) =>
	[...source.seen, ...destination.seen].map(({ at }) => at);

/** Resolves when the promoter has asked for a layer, which is held up. */
function heldUp(promoter: FaultyPromoter, holdUp: Action): Promise<void> {
	return new Promise((resolve) => {
		promoter.source.faults = [
			{
				path: /\/blobs\//,
				action: (request, response) => {
					resolve();
					return holdUp(request, response);
				},
			},
		];
	});
}
