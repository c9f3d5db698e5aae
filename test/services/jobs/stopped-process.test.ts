import { describe, expect, test } from "vitest";
import { type Action, silence, status } from "../oci/faults.ts";
import { ONE_SHOTS, oneShotHarness } from "./one-shot-harness.ts";

const harness = oneShotHarness();

/** Kubernetes allows 30 s. */
const SOON_MS = 10_000;
const BUSY: Action = status(503, { headers: { "retry-after": "60" } });

describe.each(ONE_SHOTS)("%s that is told to stop", (job) => {
	test.each<[string, string | undefined, RegExp, Action, number]>([
		["while it plans", undefined, /./, silence, 0],
		["while it waits for a busy registry", undefined, /./, BUSY, 0],
		[
			"while it writes a tag",
			job === "cleanup" ? "DELETE" : "PUT",
			/manifests\/2\.0\.0$/,
			silence,
			1,
		],
	])(
		"%s ends soon with status 143, says so, and the next run goes on",
		async (_, method, path, action, done) => {
			const registry = harness.target(job);
			const stuck = new Promise<void>((resolve) => {
				registry.faults.push({
					...(method !== undefined && { method }),
					path,
					times: Number.POSITIVE_INFINITY,
					action: (request, response) => {
						resolve();
						return action(request, response);
					},
				});
			});
			const { child, ended } = harness.start(job);
			await stuck;
			// What else is under way gets to its end before.
			await expect.poll(() => harness.done(job)).toBe(done);
			const told = Date.now();
			child.kill("SIGTERM");
			const { status: exit, stdout, log } = await ended;
			expect(Date.now() - told).toBeLessThan(SOON_MS);
			expect(exit).toBe(143);
			expect(stdout.trimEnd().split("\n").at(-1)).toMatch(
				/; [0-9.]+ s; stopped by SIGTERM$/,
			);
			expect(log.at(-1)).toMatchObject({ stopped: "stopped by SIGTERM" });
			registry.faults.length = 0;
			expect(harness.done(job)).toBe(done);
			expect(await harness.run(job)).toMatchObject({ status: 0 });
			// A tag that may have been removed and pushed again must not look as old as it was.
			const isYoungAgain = job === "cleanup" && method === "DELETE";
			expect(harness.done(job)).toBe(isYoungAgain ? 1 : 2);
		},
		60_000,
	);

	test("before it has read its configuration ends as whoever SIGTERM ends", async () => {
		const { child, ended } = harness.start(job);
		child.kill("SIGTERM");
		await ended;
		expect(child.signalCode).toBe("SIGTERM");
		expect(harness.done(job)).toBe(0);
	});
});
