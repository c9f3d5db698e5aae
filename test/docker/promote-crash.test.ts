import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { crash } from "../faults/f01-crash.ts";
import { runScenarios } from "../faults/run-scenarios.ts";
import { bundle } from "./promoter-process.ts";

test("kill -9 at a request, whichever, leaves no tag half done, and the next run finishes", async () => {
	const folder = await mkdtemp(join(tmpdir(), "jobs-"));
	const results = await runScenarios([crash], {
		program: await bundle(join(folder, "jobs.mjs")),
		parallel: 1,
		signal: AbortSignal.timeout(900_000),
		onStart: () => {},
		onEnd: () => {},
	});
	await rm(folder, { recursive: true });
	expect(results.map(({ problem }) => problem)).toEqual([undefined]);
}, 900_000);
