import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { meanwhile, silence, status } from "../oci/faults.ts";
import { ONE_SHOTS, type OneShot, oneShotHarness } from "./one-shot-harness.ts";

const harness = oneShotHarness();

const fileOf = (job: OneShot) => join(harness.state, `${job}.json`);
const noteOf = async (job: OneShot) =>
	JSON.parse(await readFile(fileOf(job), "utf8"));
const TIME = expect.stringMatching(/^20\d\d-\d\d-\d\dT.*Z$/);

describe.each(ONE_SHOTS)("a run of %s", (job) => {
	const timetable = () => {
		const { promoter, housekeeping } = harness;
		const { cleanup, mirror } = housekeeping;
		const config = { promote: promoter, cleanup, mirror }[job];
		return {
			job,
			schedule: config?.schedule,
			timeZone: config?.timeZone,
			nextAt: TIME,
		};
	};
	/** Does something at its first request. */
	const atFirstRequest = (action: () => unknown) =>
		harness.target(job).faults.push({ path: /./, action: meanwhile(action) });

	test("notes that it is going on, and its result", async () => {
		const { run } = harness;
		let during: unknown;
		atFirstRequest(async () => {
			during = await noteOf(job);
		});
		await run(job);
		expect(during).toEqual({ ...timetable(), running: true, startedAt: TIME });
		expect(await noteOf(job)).toEqual({
			...timetable(),
			running: false,
			lastRun: {
				startedAt: TIME,
				endedAt: TIME,
				exitStatus: 0,
				seconds: expect.any(Number),
				counts: expect.any(Object),
				...(job !== "cleanup" && { blobs: expect.any(Object) }),
				trouble: [],
			},
		});
	});

	test("notes what went wrong with which status", async () => {
		const { run, target } = harness;
		target(job).faults.push({
			method: job === "cleanup" ? "DELETE" : "PUT",
			path: /manifests\/2\.0\.0$/,
			action: status(403),
		});
		await run(job);
		expect((await noteOf(job)).lastRun).toMatchObject({
			exitStatus: 1,
			trouble: [expect.stringContaining("team/app:2.0.0: ")],
		});
	});

	test("that was killed is noted by the next one", async () => {
		const { start, target, run } = harness;
		const { child, ended } = start(job);
		const killed = { path: /./, times: 99, action: silence };
		target(job).faults.push(killed);
		await expect
			.poll(async () => (await noteOf(job).catch(() => ({}))).running, {
				timeout: 10_000,
			})
			.toBe(true);
		child.kill("SIGKILL");
		await ended;
		target(job).faults.length = 0;
		const { startedAt } = await noteOf(job);
		// As if it had died long ago.
		await writeFile(
			join(harness.state, `${job}.lease`),
			JSON.stringify({ id: "x", holder: "x", renewedAt: 0 }),
		);
		let during: { lastRun?: unknown } = {};
		atFirstRequest(async () => {
			during = await noteOf(job);
		});
		await run(job);
		expect(during.lastRun).toEqual({
			startedAt,
			error: "the process ended before the run did",
		});
		expect((await noteOf(job)).lastRun.exitStatus).toBe(0);
	});

	test("that is stopped is noted with its status", async () => {
		const { run, stop } = harness;
		atFirstRequest(stop);
		expect((await run(job)).status).toBe(143);
		expect((await noteOf(job)).lastRun).toMatchObject({ exitStatus: 143 });
	});

	test("that is stopped while it waits leaves the note to the run it waits for", async () => {
		const { run, stop } = harness;
		await writeFile(
			join(harness.state, `${job}.lease`),
			JSON.stringify({ id: "x", holder: "x", renewedAt: Date.now() }),
		);
		await writeFile(fileOf(job), '{"running":true}');
		const ran = run(job);
		stop();
		expect((await ran).status).toBe(143);
		expect(await noteOf(job)).toEqual({ running: true });
	});

	test("for a part of its work, or a plan, is not noted", async () => {
		const { run, housekeeping, promoter } = harness;
		const part = {
			promote: ["--manifests", promoter.manifests],
			cleanup: ["--registry", "sandbox"],
			mirror: ["--lists", housekeeping.mirror?.lists ?? ""],
		}[job];
		expect((await run(job, ...part)).status).toBe(0);
		expect((await run(job, "--dry-run")).status).toBe(0);
		await expect(noteOf(job)).rejects.toThrow("ENOENT");
	});
});

test("a list that is wrong is noted", async () => {
	const { folder, run } = harness;
	await writeFile(join(folder, "lists", "b.yaml"), "images: 1\n");
	await run("mirror");
	expect((await noteOf("mirror")).lastRun).toEqual({
		startedAt: TIME,
		endedAt: TIME,
		error: expect.stringMatching(/^b\.yaml:images: /),
	});
});
