import assert from "node:assert/strict";
import type { Action } from "../services/oci/faults.ts";
import { killedAfterwards, killedHalfWay } from "./modes.ts";
import type { Offer } from "./offer.ts";
import { outcomesOf } from "./outcome.ts";
import type { Rig } from "./rig.ts";
import { sampleImage, sampleIndex } from "./sample.ts";
import type { Scenario } from "./scenario.ts";

/** Where in a request the promoter is killed, and which requests are worth it. */
interface Moment {
	readonly name: string;
	readonly kill: (registry: string, kill: () => void) => Action;
	readonly counts: (method: string) => boolean;
	/** Fewer would mean that the run was not what it is meant to be here. */
	readonly atLeast: number;
}

const MOMENTS: readonly Moment[] = [
	{
		name: "half-way",
		kill: killedHalfWay,
		counts: () => true,
		atLeast: 80,
	},
	// A request that changes nothing leaves the same behind, whether it was answered or not.
	{
		name: "afterwards",
		kill: killedAfterwards,
		counts: (method) => method === "PUT" || method === "POST",
		atLeast: 30,
	},
];

/** Killings at a time: between two requests of a promoter there is mostly a process that starts. */
const LANES = 4;

/** F1: the promoter is killed, at whichever request. */
export const crash: Scenario = {
	id: "F1",
	title: "kill -9 at every request",
	inject:
		"the promoter killed at its 1st, 2nd, … last request, half-way through it, and at each write before its answer; two platforms, two tags, SBOM, signatures, a mount, records",
	expect:
		"whatever n: no tag half done, none before its signatures and record; one more run brings everything",
	run: async (rig) => {
		for (const moment of MOMENTS) {
			let n = 0;
			let requests: number | undefined;
			const lane = async () => {
				while (requests === undefined) {
					requests ??= await killAt(++n, moment, rig);
				}
			};
			await Promise.all(Array.from({ length: LANES }, lane));
			assert.ok(n > moment.atLeast, `${n} requests ${moment.name}`);
		}
	},
};

/**
 * Kills a run at its nth request.
 *
 * @returns the number of its requests when there were fewer, otherwise nothing
 */
async function killAt(
	n: number,
	{ name, kill, counts }: Moment,
	rig: Rig,
): Promise<number | undefined> {
	const offers = await offerAll(rig, `team/${name}-${n}`);
	const promoter = await rig.promoter(offers);
	let child: { kill(signal: "SIGKILL"): unknown } | undefined;
	let requests = 0;
	for (const end of ["source", "destination"] as const) {
		const die = kill(rig[end].front.url, () => child?.kill("SIGKILL"));
		promoter[end].faults = [
			{
				path: /./,
				anonymous: true,
				times: Number.POSITIVE_INFINITY,
				action: (request, response) =>
					counts(request.method ?? "") &&
					++requests === n &&
					die(request, response),
			},
		];
	}
	const { status, report } = await promoter.run({
		onStart: (process) => {
			child = process;
		},
	});
	await promoter.remove();
	await rig.check(offers);
	if (status === null) return undefined;
	assert.equal(status, 0, JSON.stringify(outcomesOf(report)));
	assert.ok(requests < n, `not killed at request ${n} of ${requests}`);
	return requests;
}

// All of it is new to the registry, so that one run after the other finds the same state; the layer
// that two repositories have is mounted.
async function offerAll(rig: Rig, name: string): Promise<readonly Offer[]> {
	const app = sampleIndex(name);
	const layer = app.image.children[0]?.blobs[1];
	const twin = sampleImage(`${name}-twin`, layer && { layer });
	return [await rig.offer(app), await rig.offer(twin)];
}
