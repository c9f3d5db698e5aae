import { describe, expect, test } from "vitest";
import { SELF_TEST_REPOSITORY } from "../../../../topology/naming.ts";
import { tallyOf } from "../../../../topology/self-test-report.ts";
import { push } from "../../oci/images.ts";
import {
	cellsWith,
	PROMOTED,
	reasonOf,
	startGuardedEstate,
} from "./guarded-estate.ts";

/** What the self-test has in a tier, and what it points to. */
const tagsIn = (store: {
	repositories: Map<string, { tags: Map<string, string> }>;
}) => [...(store.repositories.get(SELF_TEST_REPOSITORY)?.tags.keys() ?? [])];

describe("a sound estate", () => {
	test("of every kind passes in every cell, and keeps what it had", async () => {
		const { selfTest, store } = await startGuardedEstate();
		const kinds = [
			"sandbox",
			"ci-tests",
			"ci-snapshots",
			"prod",
			"archive",
			"prod-rw",
			"archive-eu",
		];
		const report = await selfTest(...kinds);
		expect(report.cells.filter(({ outcome }) => outcome !== "passed")).toEqual(
			[],
		);
		expect(tallyOf(report)).toEqual({
			passed: kinds.length * 9 * 4,
			failed: 0,
			notTried: 0,
		});
		expect(
			["sandbox", "ci-tests", "ci-snapshots"].map(store).flatMap(tagsIn),
		).toEqual([]);
		expect(tagsIn(store("archive"))).toEqual(["self-test-1"]);
		expect(store("prod").repositories.get("team/app")?.tags).toEqual(
			new Map([["1.0.0", PROMOTED.digest]]),
		);
		expect(tagsIn(store("prod"))).toEqual([]);
	}, 120_000);

	test("passes again, with the same images", async () => {
		const { selfTest, store } = await startGuardedEstate();
		await selfTest("archive");
		const first = store("archive").tag(SELF_TEST_REPOSITORY, "self-test-1");
		const again = await selfTest("archive");
		expect(cellsWith(again, "failed")).toEqual([]);
		expect(store("archive").tag(SELF_TEST_REPOSITORY, "self-test-1")).toBe(
			first,
		);
	}, 60_000);

	test("passes where a run before broke off in the middle", async () => {
		const { selfTest, store } = await startGuardedEstate();
		const { url } = store("ci-snapshots");
		// Tags never move there: both are taken away and made anew.
		await push(url, SELF_TEST_REPOSITORY, PROMOTED, "main-1-0000000");
		await push(url, SELF_TEST_REPOSITORY, PROMOTED, "main-2-0000000");
		const report = await selfTest("ci-snapshots");
		expect(report.cells.filter(({ outcome }) => outcome !== "passed")).toEqual(
			[],
		);
		expect(tagsIn(store("ci-snapshots"))).toEqual([]);
	}, 60_000);

	test("passes whatever names and labels a tier requires", async () => {
		const strict = {
			names: ["platform/.*"],
			requiredLabels: ["team", "org.opencontainers.image.title"],
		};
		const { selfTest } = await startGuardedEstate({
			spec: (spec) => ({
				...spec,
				tiers: {
					...spec.tiers,
					"ci-tests": { ...spec.tiers["ci-tests"], ...strict },
				},
			}),
		});
		const report = await selfTest("ci-tests");
		expect(report.cells.filter(({ outcome }) => outcome !== "passed")).toEqual(
			[],
		);
	}, 60_000);
});

describe("what cannot be tried is no success", () => {
	test("in an empty Prod: pulls and moves, and the push of what is there", async () => {
		const { selfTest } = await startGuardedEstate({ emptyProd: true });
		const report = await selfTest("prod-rw");
		expect(cellsWith(report, "failed")).toEqual([]);
		expect(cellsWith(report, "not-tried")).toEqual([
			"prod-rw anonymous retag",
			"prod-rw developer retag",
			"prod-rw ci retag",
			"prod-rw promoter pull",
			"prod-rw promoter create",
			"prod-rw promoter retag",
			"prod-rw cleaner retag",
			"prod-rw archiver retag",
			"prod-rw backup retag",
			"prod-rw consumer retag",
			"prod-rw cache retag",
		]);
		expect(reasonOf(report, "prod-rw promoter pull")).toBe(
			"no image is in prod-rw",
		);
	}, 60_000);

	test("where no tag is known that the tier takes: everything that needs one", async () => {
		const { selfTest } = await startGuardedEstate({
			spec: (spec) => ({
				...spec,
				tiers: {
					...spec.tiers,
					"ci-tests": { port: 1, tags: ["build_[A-Z]{9}"] },
				},
			}),
		});
		const report = await selfTest("ci-tests");
		expect(cellsWith(report, "failed")).toEqual([]);
		expect(cellsWith(report, "not-tried")).toContain("ci-tests ci create");
		expect(cellsWith(report, "passed")).toContain("ci-tests consumer pull");
		expect(reasonOf(report, "ci-tests ci create")).toBe(
			"no tag is known that the tier's tag rule takes",
		);
	}, 60_000);
});
