import { describe, expect, test } from "vitest";
import { meanwhile, ociError, status } from "../../oci/faults.ts";
import { blob, image, push } from "../../oci/images.ts";
import { app, entry, jobHarness, other } from "../job-harness.ts";

const harness = jobHarness();

describe("one promotion that goes wrong leaves the others alone:", () => {
	test("a tag that would move is refused with both digests", async () => {
		const { source, destination, manifests, report } = harness;
		await push(source.url, "team/app", app);
		await push(source.url, "team/other", other);
		const old = image([blob("old")]);
		await push(destination.url, "team/app", old, "1.0.0");
		await manifests({
			"a.yaml":
				entry("team/app", app.digest, "1.0.0") +
				entry("team/other", other.digest, "2.0.0"),
		});
		const { status, items } = await report("promote", "run");
		expect(status).toBe(1);
		expect(items.map(({ outcome, reason }) => [outcome, reason])).toEqual([
			[
				"refused",
				`tag 1.0.0 is already at ${destination.host}/team/app:1.0.0 = ${old.digest}, got ${app.digest}; tags there never move. Fix: choose a new tag or remove this line`,
			],
			["promoted", undefined],
		]);
		expect(destination.tag("team/app", "1.0.0")).toBe(old.digest);
	});

	test("a tag that somebody wrote meanwhile is refused by the gate", async () => {
		const { source, destination, manifests, report } = harness;
		await push(source.url, "team/app", app);
		await manifests({ "a.yaml": entry("team/app", app.digest, "1.0.0") });
		destination.faults.push({
			method: "PUT",
			path: /manifests\/1\.0\.0$/,
			action: status(403, { body: ociError("DENIED", "tag 1.0.0 is taken") }),
		});
		const { status: exit, items } = await report("promote", "run");
		expect(exit).toBe(1);
		expect(items[0]).toMatchObject({
			outcome: "failed",
			reason: `PUT ${destination.url}/v2/team/app/manifests/1.0.0 was refused with status 403, DENIED: tag 1.0.0 is taken`,
		});
		expect(destination.count("PUT")).toBe(5);
	});

	test("an image that is gone at the source fails", async () => {
		const { source, manifests, report } = harness;
		await push(source.url, "team/app", app);
		const lost = image([blob("lost")]);
		await manifests({
			"a.yaml":
				entry("team/lost", lost.digest, "1.0.0") +
				entry("team/app", app.digest, "1.0.0"),
		});
		const { items } = await report("promote", "run");
		expect(items.map(({ outcome }) => outcome)).toEqual(["failed", "promoted"]);
		expect(items[0]?.reason).toBe(
			`GET ${source.url}/v2/team/lost/manifests/${lost.digest} was refused with status 404, MANIFEST_UNKNOWN: manifest unknown`,
		);
	});

	test("a destination that cannot tell what it has is not written to", async () => {
		const { source, destination, manifests, report } = harness;
		await push(source.url, "team/app", app);
		await push(source.url, "team/other", other);
		await manifests({
			"a.yaml":
				entry("team/app", app.digest, "1.0.0") +
				entry("team/other", other.digest, "2.0.0"),
		});
		destination.faults.push({
			path: /team\/app\/tags\/list/,
			action: status(400),
		});
		const { items } = await report("promote", "run");
		expect(items.map(({ outcome }) => outcome)).toEqual(["failed", "promoted"]);
		expect(destination.tag("team/app", "1.0.0")).toBeUndefined();
	});

	test("a bad entry is told, the rest is promoted, and the status is 2", async () => {
		const { source, manifests, run, destination } = harness;
		await push(source.url, "team/app", app);
		await manifests({
			"a.yaml": entry("team/app", app.digest, "1.0.0"),
			"b.yaml": entry("team/app", "sha256:12", "2.0.0"),
		});
		const { status: exit, stdout } = await run("promote", "run");
		expect(exit).toBe(2);
		expect(stdout).toContain(
			'b.yaml:[0].dmap["sha256:12"]: not a digest, got "sha256:12"; expected sha256: and 64 lower-case hex digits. Fix: copy the digest from the registry or the build.\n',
		);
		expect(destination.tag("team/app", "1.0.0")).toBe(app.digest);
	});
});

test("a run that is stopped while it plans has not failed at what it did not get to", async () => {
	const { source, destination, manifests, report, stop } = harness;
	await push(source.url, "team/app", app);
	await manifests({ "a.yaml": entry("team/app", app.digest, "1.0.0") });
	destination.faults.push({
		path: /team\/app\/tags\/list/,
		action: meanwhile(stop),
	});
	const { status: exit, items } = await report("promote", "run");
	expect(exit).toBe(143);
	expect(items.map(({ outcome }) => outcome)).toEqual(["aborted"]);
});
