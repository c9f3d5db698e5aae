import { beforeEach, describe, expect, test } from "vitest";
import { closure } from "../../oci/closure.ts";
import { meanwhile, status } from "../../oci/faults.ts";
import { push } from "../../oci/images.ts";
import {
	DEBIAN,
	fresh,
	mirrorHarness,
	old,
	outcomes,
	own,
} from "./mirror-harness.ts";
import { follow, keptTag } from "./run-mirror.ts";

const harness = mirrorHarness();

describe("when upstream moves a tag", () => {
	const kept = keptTag("12", old);

	beforeEach(async () => {
		const { hub, run } = harness;
		await push(hub.url, "library/debian", old, "12");
		await run(follow(DEBIAN, "12"));
		await push(hub.url, "library/debian", fresh, "12");
	});

	test("the Archive's follows, and what it pointed to can be pulled by another", async () => {
		const { archive, run } = harness;
		const { report } = await run(follow(DEBIAN, "12"));
		expect(report.items).toEqual([
			expect.objectContaining({
				outcome: "moved",
				digest: fresh.digest,
				kept: { digest: old.digest, tag: kept },
			}),
		]);
		expect((await closure(archive.url, DEBIAN, "12"))[0]).toBe(fresh.digest);
		expect((await closure(archive.url, DEBIAN, kept))[0]).toBe(old.digest);
	});

	test("it is kept once, when all that comes before the tag is there", async () => {
		const { archive, run } = harness;
		archive.seen.length = 0;
		await run(follow(DEBIAN, "12"));
		const puts = archive.seen
			.filter(({ method, path }) => method === "PUT" && /manifests/.test(path))
			.map(({ path }) => path.split("/manifests/")[1]);
		expect(puts.slice(-2)).toEqual([kept, "12"]);
		expect(puts.slice(0, -2)).toContain(fresh.digest);
	});

	test("an image that cannot be copied leaves the tag and no backup tag", async () => {
		const { hub, archive, run } = harness;
		hub.faults.push({ path: /blobs/, action: status(404), times: 100 });
		expect((await run(follow(DEBIAN, "12"))).report.counts.failed).toBe(1);
		expect([...(archive.repositories.get(DEBIAN)?.tags ?? [])]).toEqual([
			["12", old.digest],
		]);
	});

	test("the tag does not move when what it pointed to cannot be kept", async () => {
		const { archive, run } = harness;
		archive.faults.push({
			method: "PUT",
			path: /manifests\/12-kept/,
			action: status(403),
		});
		expect(outcomes(await run(follow(DEBIAN, "12")))).toEqual([
			`12 failed: PUT ${archive.url}/v2/${DEBIAN}/manifests/${kept} was refused with status 403`,
		]);
		expect(archive.tag(DEBIAN, "12")).toBe(old.digest);
	});

	test("a backup tag that points to something else is not written over", async () => {
		const { archive, run } = harness;
		await push(archive.url, DEBIAN, own, kept);
		expect(outcomes(await run(follow(DEBIAN, "12")))).toEqual([
			`12 failed: ${archive.host}/${DEBIAN}:${kept} is to keep ${old.digest} and points to ${own.digest}; the tag 12 was not moved. Fix: find out who wrote it, and give it another tag`,
		]);
		expect(archive.tag(DEBIAN, "12")).toBe(old.digest);
		expect(archive.tag(DEBIAN, kept)).toBe(own.digest);
	});

	test("what another run moved it to meanwhile is kept as well", async () => {
		const { archive, run } = harness;
		archive.faults.push({
			method: "PUT",
			path: new RegExp(`manifests/${fresh.digest}$`),
			action: meanwhile(() => push(archive.url, DEBIAN, own, "12")),
		});
		const { report } = await run(follow(DEBIAN, "12"));
		const tag = keptTag("12", own);
		expect(report.items[0]?.kept).toEqual({ digest: own.digest, tag });
		expect(archive.tag(DEBIAN, tag)).toBe(own.digest);
		expect(archive.tag(DEBIAN, "12")).toBe(fresh.digest);
	});

	test("two runs at a time end as one does", async () => {
		const { archive, run } = harness;
		const both = await Promise.all([
			run(follow(DEBIAN, "12")),
			run(follow(DEBIAN, "12")),
		]);
		expect(both.map(({ report }) => report.counts.failed)).toEqual([0, 0]);
		expect(archive.tag(DEBIAN, "12")).toBe(fresh.digest);
		expect(archive.tag(DEBIAN, kept)).toBe(old.digest);
		expect((await run(follow(DEBIAN, "12"))).report.counts.present).toBe(1);
	});

	test("two digests of one day are both kept", async () => {
		const { hub, archive, run } = harness;
		await run(follow(DEBIAN, "12"));
		await push(hub.url, "library/debian", own, "12");
		await run(follow(DEBIAN, "12"));
		expect(archive.tag(DEBIAN, kept)).toBe(old.digest);
		expect(archive.tag(DEBIAN, keptTag("12", fresh))).toBe(fresh.digest);
	});
});
