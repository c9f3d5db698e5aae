import { describe, expect, test } from "vitest";
import { closure } from "../../oci/closure.ts";
import { reset, status } from "../../oci/faults.ts";
import { push } from "../../oci/images.ts";
import { DEBIAN, mirrorHarness, old, outcomes, own } from "./mirror-harness.ts";
import { follow } from "./run-mirror.ts";

const harness = mirrorHarness();

describe("one tag that goes wrong leaves the others alone:", () => {
	test("an upstream that is away fails its tags, and the Archive stays as it is", async () => {
		const { hub, quay, archive, run } = harness;
		await push(hub.url, "library/debian", old, "12");
		await push(quay.url, "org/app", own, "1.0");
		await run(follow(DEBIAN, "12"));
		const { url } = hub;
		await hub.stop();
		archive.seen.length = 0;
		const ran = await run(
			follow(DEBIAN, "12", "13") + follow("quay.io/org/app", "1.0"),
		);
		const away = (tag: string) =>
			`${tag} failed: upstream away: HEAD ${url}/v2/library/debian/manifests/${tag} failed: ECONNREFUSED connect ECONNREFUSED ${url.slice("http://".length)}; given up after 6 tries`;
		expect(outcomes(ran)).toEqual([away("12"), away("13"), "1.0 mirrored"]);
		expect(archive.tag(DEBIAN, "12")).toBe(old.digest);
		const asked = archive.seen.filter(({ path }) => path.includes(DEBIAN));
		expect(asked.map(({ method }) => method)).toEqual(["HEAD", "HEAD"]);
	});

	test.each([500, 503, 429])(
		"an upstream that answers %i fails its tags alone",
		async (code) => {
			const { hub, quay, run } = harness;
			await push(quay.url, "org/app", own, "1.0");
			hub.faults.push({ path: /./, action: status(code), times: 1_000 });
			const images = follow(DEBIAN, "12") + follow("quay.io/org/app", "1.0");
			expect(outcomes(await run(images))).toEqual([
				`12 failed: upstream away: HEAD ${hub.url}/v2/library/debian/manifests/12 was refused with status ${code}; given up after 6 tries`,
				"1.0 mirrored",
			]);
		},
	);

	test("an upstream that is away is not asked for hundreds of tags", async () => {
		const { hub, run } = harness;
		const tags = Array.from({ length: 200 }, (_, i) => `${i}`);
		hub.faults.push({ path: /./, action: reset, times: 10_000 });
		const { report } = await run(follow(DEBIAN, ...tags));
		expect(report.counts.failed).toBe(200);
		// Eight that were under way, and two that came before the third failure; six tries each.
		expect(hub.seen.length).toBeLessThanOrEqual(60);
	});

	test("an upstream that refuses one tag is asked for the others", async () => {
		const { hub, run } = harness;
		const tags = ["1", "2", "3", "4", "5"];
		await push(hub.url, "library/debian", old, "5");
		hub.faults.push({ path: /\/[1-4]$/, action: status(403), times: 4 });
		const { report } = await run(follow(DEBIAN, ...tags));
		expect(report.counts).toMatchObject({ failed: 4, mirrored: 1 });
	});

	test("a tag that upstream deleted stays, and is reported as drift", async () => {
		const { hub, archive, run } = harness;
		await push(hub.url, "library/debian", old, "12");
		await run(follow(DEBIAN, "12"));
		hub.repositories.get("library/debian")?.tags.delete("12");
		const ran = await run(follow(DEBIAN, "12", "13"));
		expect(outcomes(ran)).toEqual([
			`12 drift: ${DEBIAN} has no tag 12 any more; the Archive keeps it at ${old.digest}. Fix: pin it to that digest below 'dmap', or remove it from the list`,
			`13 failed: ${DEBIAN} has no tag 13. Fix: correct the tag, or remove it from the list`,
		]);
		expect((await closure(archive.url, DEBIAN, "12"))[0]).toBe(old.digest);
	});

	test("an Archive that cannot tell what it has is not written to", async () => {
		const { hub, archive, run } = harness;
		await push(hub.url, "library/debian", old, "11");
		await push(hub.url, "library/debian", old, "12");
		archive.faults.push({
			method: "HEAD",
			path: /manifests\/11$/,
			action: status(400),
		});
		const ran = await run(follow(DEBIAN, "11", "12"));
		expect(ran.report.counts).toMatchObject({ failed: 1, mirrored: 1 });
		expect(archive.tag(DEBIAN, "11")).toBeUndefined();
	});
});
