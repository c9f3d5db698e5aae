import { describe, expect, test } from "vitest";
import { devEstate } from "../topology/dev-estate.ts";
import { type ConformanceRun, planRuns } from "./plan.ts";
import type { Switch } from "./settings.ts";

const runs = planRuns(devEstate());
const label = ({ registry, account, profile }: ConformanceRun) =>
	`${registry.name} as ${account.principal}: ${profile}`;
const withoutSwitch = (name: Switch) =>
	runs
		.filter(({ off }) => off.some(({ switches }) => switches.includes(name)))
		.map(label);

test("every registry is tried as who writes it, or as who only reads it", () => {
	expect(runs.map(label)).toEqual([
		"sandbox as developer: core",
		"ci-tests as ci: core",
		"ci-snapshots as ci: core",
		"ci-snapshots as ci: tag move refused",
		"archive as archiver: core",
		"prod-rw as promoter: core",
		"prod-rw as promoter: tag move refused",
		"prod as consumer: read-only",
		"prod as consumer: pushes refused",
		"prod-eu as consumer: read-only",
		"prod-eu as consumer: pushes refused",
		"archive-eu as consumer: read-only",
		"archive-eu as consumer: pushes refused",
		"prod-us as consumer: read-only",
		"prod-us as consumer: pushes refused",
	]);
});

test("deletes are tried by who may delete, and by nobody else", () => {
	expect(withoutSwitch("apis.manifests.delete")).toEqual(
		runs.map(label).filter((run) => !run.startsWith("sandbox")),
	);
	expect(withoutSwitch("apis.tags.delete")).toEqual(
		withoutSwitch("apis.manifests.delete"),
	);
});

test("deletes of blobs are tried everywhere, so that every front shows its 405", () => {
	expect(withoutSwitch("apis.blobs.delete")).toEqual([]);
});

test("the suite's tag move is left out where tags never move, and must be refused there", () => {
	expect(withoutSwitch("data.index")).toEqual([
		"ci-snapshots as ci: core",
		"prod-rw as promoter: core",
	]);
});

test("lists of tags are left out where distribution passes them through, and nowhere else", () => {
	const caches = runs.filter(({ registry }) => registry.tier === "cache");
	expect(caches).toHaveLength(6);
	expect(withoutSwitch("apis.tags.list")).toEqual(caches.map(label));
});

test("who only reads finds what was pushed to the origin's writing half", () => {
	expect(
		runs.filter(({ reads }) => reads).map((r) => [r.registry.name, r.reads]),
	).toEqual([
		["prod", "prod-rw"],
		["prod-eu", "prod-rw"],
		["archive-eu", "archive"],
		["prod-us", "prod-rw"],
	]);
});

test("a registry that nobody may write to is an error, not left out", () => {
	const estate = devEstate();
	const gates = estate.gates.map((gate) => ({
		...gate,
		accounts: gate.accounts.filter(
			({ principal, registry }) =>
				principal !== "ci" || registry !== "ci-tests",
		),
	}));
	expect(() => planRuns({ ...estate, gates })).toThrow(
		"the estate lacks an account that writes to ci-tests",
	);
});

describe("a reader's refusals", () => {
	const { refusals } = runs.find((r) => r.profile === "pushes refused") ?? {};

	test.each([
		"OCI Conformance Test/sha256 blobs/stream/blob-patch-stream",
		"OCI Conformance Test/sha256 blobs/mount anonymous/blob-mount-anonymous",
		"OCI Conformance Test/image/push/blob-post-only",
		"OCI Conformance Test/image/push/manifest-by-digest",
		"OCI Conformance Test/index/push/manifest-by-tag",
	])("cover the push %s", (name) => {
		expect(refusals?.refused.test(name)).toBe(true);
	});

	test.each([
		"OCI Conformance Test/image/pull/manifest-by-digest",
		"OCI Conformance Test/image/head/blob-head",
		"OCI Conformance Test/image/tag-list",
		"OCI Conformance Test/sha256 blobs/stream/blob-get",
	])("notice what a push left by %s", (name) => {
		expect(refusals?.refused.test(name)).toBe(false);
		expect(refusals?.unchanged.test(name)).toBe(true);
	});

	test.each([
		"OCI Conformance Test/ping",
		"OCI Conformance Test/missing-manifest/by-tag",
		"OCI Conformance Test/sha256 blobs/get-missing",
		"OCI Conformance Test/bad-digest-image/tag-list",
		"OCI Conformance Test/invalid-digest-format/manifest-put",
	])("leave %s to pass", (name) => {
		expect(refusals?.refused.test(name)).toBe(false);
		expect(refusals?.unchanged.test(name)).toBe(false);
	});
});
