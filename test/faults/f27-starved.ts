import assert from "node:assert/strict";
import { writesAmong } from "./fault-proxy.ts";
import type { Rig } from "./rig.ts";
import { sampleIndex } from "./sample.ts";
import type { Scenario } from "./scenario.ts";

const IMAGES = 16;
const FILES = 64;
/** From what Node does not even begin with. */
const HEAPS_MIB = [14, 15, 16, 17, 18, 19, 20, 24, 28, 32, 40];
const ADDRESSES_MIB = 1_000;

/** F27: the promoter is given too little. */
export const starved: Scenario = {
	id: "F27",
	title: "a promoter that is given too little",
	inject: `${IMAGES} images with a heap of ${HEAPS_MIB[0]} MiB and more until it is enough, with ulimit -v ${ADDRESSES_MIB} MiB and with ulimit -n ${FILES}`,
	expect:
		"too few files: every promotion is done or named as failed; no memory: it ends by itself, with no tag half done",
	run: async (rig) => {
		for (let i = 0; i < IMAGES; i++) {
			await rig.offer(sampleIndex(`team/app-${i}`));
		}
		const deaths = await growingHeaps(rig);
		assert.ok(deaths > 0, "no run died amid its writes");
		const address = await rig.run({
			wrapped: limited(`-v ${ADDRESSES_MIB * 1024}`),
		});
		assert.notEqual(address.status, 0);
		assert.deepEqual(writesAmong(address.destination), []);

		for (let i = 0; i < IMAGES; i++) {
			await rig.offer(sampleIndex(`team/more-${i}`));
		}
		const files = await rig.run({ wrapped: limited(`-n ${FILES}`) });
		assert.equal(files.report?.items.length, 4 * IMAGES, files.stderr);
	},
};

/**
 * Gives the promoter a little more heap each time, until it has enough.
 *
 * @returns how often it died after it had begun to write
 */
async function growingHeaps(rig: Rig): Promise<number> {
	let deaths = 0;
	for (const mib of HEAPS_MIB) {
		const { status, destination } = await rig.run({
			wrapped: ([node = "", ...rest]) => [
				node,
				`--max-old-space-size=${mib}`,
				...rest,
			],
		});
		if (status === 0) return deaths;
		if (writesAmong(destination).length > 0) deaths++;
	}
	throw new Error(`${HEAPS_MIB.at(-1)} MiB of heap are not enough`);
}

const limited =
	(limit: string) =>
	(command: readonly string[]): readonly string[] => [
		"sh",
		"-c",
		`ulimit ${limit} && exec "$@"`,
		"sh",
		...command,
	];
