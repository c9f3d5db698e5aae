import { beforeEach, describe, expect, test } from "vitest";
import { closure } from "../../oci/closure.ts";
import { push } from "../../oci/images.ts";
import { DEBIAN, mirrorHarness, old, outcomes, own } from "./mirror-harness.ts";
import { follow, keptTag, override } from "./run-mirror.ts";

const harness = mirrorHarness();

describe("an override", () => {
	const image = `quay.io/team/debian@${own.digest}`;
	const overrides = override(DEBIAN, "12", image);

	beforeEach(async () => {
		const { hub, quay } = harness;
		await push(hub.url, "library/debian", old, "12");
		await push(quay.url, "team/debian", own);
	});

	test("wins over upstream, which is not even asked", async () => {
		const { hub, archive, run } = harness;
		hub.seen.length = 0;
		const { report } = await run(follow(DEBIAN, "12"), { overrides });
		expect(report.items).toEqual([
			{
				repository: DEBIAN,
				tag: "12",
				digest: own.digest,
				file: "list.yaml",
				path: "overrides[0]",
				outcome: "overridden",
			},
		]);
		expect((await closure(archive.url, DEBIAN, "12"))[0]).toBe(own.digest);
		expect(hub.seen).toEqual([]);
	});

	test("keeps what it replaces", async () => {
		const { archive, run } = harness;
		await run(follow(DEBIAN, "12"));
		const { report } = await run(follow(DEBIAN, "12"), { overrides });
		const tag = keptTag("12", old);
		expect(report.items[0]).toMatchObject({
			outcome: "overridden",
			kept: { digest: old.digest, tag },
		});
		expect((await closure(archive.url, DEBIAN, tag))[0]).toBe(old.digest);
	});

	test("that is in place needs no registry but the Archive", async () => {
		const { hub, quay, run } = harness;
		await run(follow(DEBIAN, "12"), { overrides });
		quay.seen.length = 0;
		hub.seen.length = 0;
		const again = await run(follow(DEBIAN, "12"), { overrides });
		expect(outcomes(again)).toEqual(["12 present"]);
		expect([...quay.seen, ...hub.seen]).toEqual([]);
	});

	test("that is removed gives the tag back to upstream, and its image is kept", async () => {
		const { archive, run } = harness;
		await run(follow(DEBIAN, "12"), { overrides });
		const { report } = await run(follow(DEBIAN, "12"), { day: "2026-11-25" });
		const tag = keptTag("12", own, "20261125");
		expect(report.items[0]).toMatchObject({
			outcome: "moved",
			digest: old.digest,
			kept: { digest: own.digest, tag },
		});
		expect(archive.tag(DEBIAN, "12")).toBe(old.digest);
		expect((await closure(archive.url, DEBIAN, tag))[0]).toBe(own.digest);
	});

	test("that has expired still wins, and every run says so", async () => {
		const { archive, run } = harness;
		const expired = override(DEBIAN, "12", image, "2026-11-23");
		for (const outcome of ["12 overridden", "12 present"]) {
			const ran = await run(follow(DEBIAN, "12"), { overrides: expired });
			expect(outcomes(ran)).toEqual([outcome]);
			expect(ran.report.expired).toEqual([
				`list.yaml:overrides[0]: override of ${DEBIAN}:12 by "team-base" has expired and still wins, got "2026-11-23"; expected a day from 2026-11-24 on. Fix: renew it, or remove it to go back to what upstream has.`,
			]);
			expect(ran.log.map((line) => JSON.parse(line).msg)).toContain(
				"an override has expired",
			);
		}
		expect(archive.tag(DEBIAN, "12")).toBe(own.digest);
	});

	test("counts on its last day", async () => {
		const { run } = harness;
		const last = override(DEBIAN, "12", image, "2026-11-24");
		const { report } = await run(follow(DEBIAN, "12"), { overrides: last });
		expect(report.expired).toEqual([]);
	});
});
