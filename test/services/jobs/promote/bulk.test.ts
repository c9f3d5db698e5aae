import { describe, expect, test } from "vitest";
import { formatProblem } from "../../../../services/jobs/problem.ts";
import { bulkProblem } from "../../../../services/jobs/promote/bulk.ts";
import { push } from "../../oci/images.ts";
import { app, entry, jobHarness } from "../job-harness.ts";

test("a thousand new tags are promoted without being asked about", () => {
	expect(bulkProblem(1_000)).toBeUndefined();
});

test("more are somebody's wish or a mistake, and that has to be said", () => {
	const problem = bulkProblem(1_001);
	expect(problem && formatProblem(problem)).toBe(
		"this run: too many new tags to promote unasked, got 1001; expected at most 1000. Fix: look at the plan, and run it with --bulk when all of them are meant.",
	);
});

describe("a run that would promote more", () => {
	const harness = jobHarness();
	const tags = Array.from({ length: 1_001 }, (_, i) => `1.0.${i}`);
	const tooMany = entry("team/app", app.digest, ...tags);

	test("ends with status 2 before it writes or looks into an image", async () => {
		const { source, destination, manifests, run, writes } = harness;
		await push(source.url, "team/app", app);
		await manifests({ "a.yaml": tooMany });
		const before = source.seen.length;
		const { status, stderr } = await run("promote", "run");
		expect(status).toBe(2);
		expect(stderr).toContain(
			"this run: too many new tags to promote unasked, got 1001; expected at most 1000.",
		);
		expect(writes()).toBe(0);
		expect(source.seen.length).toBe(before);
		expect(destination.tag("team/app", "1.0.0")).toBeUndefined();
	});

	test("shows them all in a plan", async () => {
		const { source, manifests, report } = harness;
		await push(source.url, "team/app", app);
		await manifests({ "a.yaml": tooMany });
		const { status, counts } = await report("promote", "plan");
		expect([status, counts.planned]).toEqual([0, 1_001]);
	});

	test("promotes them with --bulk, and needs no word for those that are there", async () => {
		const { source, manifests, report } = harness;
		await push(source.url, "team/app", app);
		await manifests({ "a.yaml": tooMany });
		const first = await report("promote", "run", "--bulk");
		expect([first.status, first.counts.promoted]).toEqual([0, 1_001]);
		const second = await report("promote", "run");
		expect([second.status, second.counts.present]).toEqual([0, 1_001]);
	}, 30_000);
});
