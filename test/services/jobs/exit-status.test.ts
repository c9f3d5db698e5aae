import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { stopOf } from "../../../services/jobs/run-report.ts";
import { selfTestPlan } from "../../../topology/self-test-plan.ts";
import { devEstate } from "../../topology/dev-estate.ts";
import { meanwhile, status } from "../oci/faults.ts";
import { runCommand } from "./job-harness.ts";
import { linesOf, ONE_SHOTS, oneShotHarness } from "./one-shot-harness.ts";

const harness = oneShotHarness();

describe.each(ONE_SHOTS)("%s ends with status", (job) => {
	const ended = async (...flags: readonly string[]) =>
		(await harness.run(job, ...flags)).status;

	test("0 when all is as it was asked for, also the second time", async () => {
		expect([await ended(), await ended()]).toEqual([0, 0]);
		expect(harness.done(job)).toBe(2);
	});

	test("1 when a registry refused one item, and 0 once it does not", async () => {
		const { target, done } = harness;
		target(job).faults.push({
			method: job === "cleanup" ? "DELETE" : "PUT",
			path: /manifests\/2\.0\.0$/,
			action: status(403),
		});
		expect(await ended()).toBe(1);
		expect(done(job)).toBe(1);
		expect(await ended()).toBe(0);
		expect(done(job)).toBe(2);
	});

	test("2 when its configuration is not there, no JSON or not what it is to be", async () => {
		const file = harness.files[job];
		const statuses = [];
		for (const text of ["{", '{"state":1}', undefined]) {
			if (text === undefined) await rm(file);
			else await writeFile(file, text);
			statuses.push(await ended());
		}
		expect(statuses).toEqual([2, 2, 2]);
	});

	test("2 when it cannot read its password, or there is none in the file", async () => {
		const file = join(harness.folder, "password");
		await writeFile(file, "");
		const empty = await ended();
		await rm(file);
		expect([empty, await ended()]).toEqual([2, 2]);
		expect(harness.done(job)).toBe(0);
	});

	test("2 when it is called in a way it does not know", async () => {
		expect(await ended("--no-such-flag")).toBe(2);
	});

	test("143 when it was stopped before it was through", async () => {
		const ran = ended();
		harness.stop();
		expect(await ran).toBe(143);
	});
});

test("a run that was told to stop when it had done everything was not stopped", () => {
	const stop = AbortSignal.abort(new Error("stopped by SIGTERM"));
	expect(stopOf(stop, 0)).toEqual({});
	expect(stopOf(stop, 1)).toEqual({ stopped: "stopped by SIGTERM" });
	expect(stopOf(new AbortController().signal, 1)).toEqual({});
});

describe("the other commands end with status 143 when they are stopped before they are through:", () => {
	const stopped = AbortSignal.abort(new Error("stopped by SIGTERM"));

	test("promote verify, which calls nothing broken then", async () => {
		const { run, files, target } = harness;
		await run("promote");
		const stop = new AbortController();
		target("promote").faults.push({
			path: /blobs/,
			action: meanwhile(() => stop.abort(new Error("stopped by SIGTERM"))),
		});
		const { status, stdout, stderr } = await runCommand(
			["promote", "verify", "--config", files.promote],
			stop.signal,
		);
		expect(status).toBe(143);
		expect([stdout, linesOf(stderr)]).toEqual(["", ["stopped by SIGTERM"]]);
	});

	test("self-test", async () => {
		const { folder } = harness;
		const config = join(folder, "self-test.json");
		const plan = selfTestPlan(devEstate(), "promoter");
		const secrets = plan.registries
			.flatMap(({ cells }) => cells)
			.flatMap(({ logins }) => logins)
			.map(({ secret }) => [secret, "password"]);
		const passwords = Object.fromEntries(secrets);
		await writeFile(config, JSON.stringify({ ...plan, passwords }));
		const { status } = await runCommand(
			["self-test", "--config", config],
			stopped,
		);
		expect(status).toBe(143);
	});
});

describe("what is wrong in the files of people ends with status 2:", () => {
	test("a bad entry of a promotion manifest, although the others are promoted", async () => {
		const { folder, run, done } = harness;
		await writeFile(join(folder, "promotions", "b.yaml"), "- name: team/app\n");
		expect((await run("promote")).status).toBe(2);
		expect(done("promote")).toBe(2);
	});

	test("a bad entry of a mirror list, and nothing is mirrored", async () => {
		const { folder, run, done } = harness;
		await writeFile(join(folder, "lists", "b.yaml"), "images: 1\n");
		expect((await run("mirror")).status).toBe(2);
		expect(done("mirror")).toBe(0);
	});

	test("a key for promotion records that is none", async () => {
		const { folder, files, promoter, run } = harness;
		const recordKeyFile = join(folder, "password");
		await writeFile(
			files.promote,
			JSON.stringify({ ...promoter, recordKeyFile }),
		);
		expect((await run("promote")).status).toBe(2);
	});
});
