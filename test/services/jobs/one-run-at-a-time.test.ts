import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { linesOf, ONE_SHOTS, oneShotHarness } from "./one-shot-harness.ts";

const harness = oneShotHarness();

/** Has a run go on elsewhere that showed a sign of life so many seconds ago. */
const elsewhere = (job: string, secondsAgo: number) =>
	writeFile(
		join(harness.state, `${job}.lease`),
		JSON.stringify({
			id: "other",
			holder: "process 7 on node-2",
			renewedAt: Date.now() - secondsAgo * 1000,
		}),
	);

describe.each(ONE_SHOTS)("%s", (job) => {
	test("waits for a run that is under way, and writes nothing before", async () => {
		const { run, stop, done, target } = harness;
		await elsewhere(job, 0);
		const before = target(job).seen.length;
		const ran = run(job);
		stop();
		const { stderr } = await ran;
		expect(linesOf(stderr)).toEqual([
			expect.objectContaining({
				msg: "waits for a run that is under way",
				holder: "process 7 on node-2",
			}),
			"stopped by SIGTERM",
		]);
		expect(target(job).seen).toHaveLength(before);
		expect(done(job)).toBe(0);
	});

	test("takes over from a run that died, and leaves no lease behind", async () => {
		const { run, done, state } = harness;
		await elsewhere(job, 31);
		expect((await run(job)).status).toBe(0);
		expect(done(job)).toBe(2);
		expect(await readdir(state)).not.toContain(`${job}.lease`);
	});

	test("plans without waiting", async () => {
		const { run } = harness;
		await elsewhere(job, 0);
		expect((await run(job, "--dry-run")).status).toBe(0);
	});

	test("does not wait for the other jobs", async () => {
		const { run, done } = harness;
		for (const other of ONE_SHOTS) {
			if (other !== job) await elsewhere(other, 0);
		}
		expect((await run(job)).status).toBe(0);
		expect(done(job)).toBe(2);
	});
});
