import { describe, expect, test } from "vitest";
import { compileEstate } from "../../topology/compile.ts";
import { gateConfig } from "../../topology/gate-config.ts";
import { imageFlows, imagePaths } from "../../topology/graph.ts";
import { tierSummaries } from "../../topology/tier-summary.ts";
import { DEV_SPEC, devEstate } from "./dev-estate.ts";

describe("the compiled dev estate", () => {
	test("has a registry for each tier, and two over Prod's store", () => {
		expect(
			devEstate().registries.map(
				({ name, mode, stores, gate }) =>
					`${name} ${mode} ${stores.join("+")} ${gate}`,
			),
		).toEqual([
			"sandbox read-write sandbox home",
			"ci-tests read-write ci-tests home",
			"ci-snapshots read-write ci-snapshots home",
			"prod read-only prod home",
			"archive read-write archive home",
			"prod-rw read-write prod promotion",
			"prod-eu pull-through prod-eu-0+prod-eu-1 eu",
			"archive-eu pull-through archive-eu-0+archive-eu-1 eu",
			"prod-us pull-through prod-us-0+prod-us-1 us",
		]);
	});

	test("gives each principal a secret for each tier it may use, and no other", () => {
		expect(
			devEstate().gates.map(({ name, accounts }) => [
				name,
				accounts.map(({ secret }) => secret),
			]),
		).toEqual([
			[
				"home",
				[
					"developer-sandbox",
					"cleaner-sandbox",
					"developer-ci-tests",
					"ci-ci-tests",
					"cleaner-ci-tests",
					"developer-ci-snapshots",
					"ci-ci-snapshots",
					"promoter-ci-snapshots",
					"cleaner-ci-snapshots",
					"developer-prod",
					"ci-prod",
					"backup-prod",
					"consumer-prod",
					"cache-eu-prod",
					"cache-us-prod",
					"developer-archive",
					"ci-archive",
					"archiver-archive",
					"backup-archive",
					"cache-eu-archive",
				],
			],
			["promotion", ["promoter-prod-rw"]],
			[
				"eu",
				[
					"developer-prod-eu",
					"ci-prod-eu",
					"consumer-prod-eu",
					"developer-archive-eu",
					"ci-archive-eu",
					"consumer-archive-eu",
				],
			],
			["us", ["developer-prod-us", "ci-prod-us", "consumer-prod-us"]],
		]);
	});

	test("puts each registry on a network of its own with its front and gate", () => {
		expect(
			devEstate().segments.map(
				({ name, published, members }) =>
					`${name}${published ? " (published)" : ""}: ${members.join(" ")}`,
			),
		).toEqual([
			"edge (published): front:home",
			"edge-eu (published): front:eu",
			"edge-us (published): front:us",
			"jobs: front:home job:jobs",
			"promoter: front:home job:promoter",
			"promotion: front:promotion job:promoter",
			"upstream (published): job:jobs upstream:docker-hub",
			"leg-eu: front:home front:eu",
			"leg-us: front:home front:us",
			"sandbox: front:home gate:home registry:sandbox",
			"ci-tests: front:home gate:home registry:ci-tests",
			"ci-snapshots: front:home gate:home registry:ci-snapshots",
			"prod: front:home gate:home registry:prod",
			"archive: front:home gate:home registry:archive",
			"prod-rw: front:promotion gate:promotion registry:prod-rw",
			"prod-eu: front:eu gate:eu registry:prod-eu",
			"archive-eu: front:eu gate:eu registry:archive-eu",
			"prod-us: front:us gate:us registry:prod-us",
		]);
	});

	test("keeps nothing on Docker", () => {
		expect(
			new Set(devEstate().stores.map(({ durability }) => durability)),
		).toEqual(new Set(["disposable"]));
	});

	test("has audiences that name the stack, so that two estates never trust each other", () => {
		const services = (stack: string) =>
			compileEstate({ ...DEV_SPEC, stack }).registries.map((r) => r.service);
		expect(services("dev")).not.toEqual(
			expect.arrayContaining(services("test")),
		);
	});
});

describe("the graph", () => {
	test("leads to Prod from CI Snapshots by promotion, and from CI Tests through CI", () => {
		const into = imageFlows(devEstate()).filter(({ to }) => to === "prod-rw");
		expect(into).toEqual([
			{ from: "ci-snapshots", to: "prod-rw", by: "promoter" },
			{ from: "prod", to: "prod-rw", by: "store" },
		]);
		expect(imagePaths(devEstate(), "ci-tests")).toContainEqual([
			"ci-tests",
			"ci-snapshots",
			"prod-rw",
			"prod",
		]);
	});

	test("leads nowhere from Sandbox", () => {
		expect(imagePaths(devEstate(), "sandbox")).toEqual([]);
	});
});

describe("the gate's configuration", () => {
	const grants = (gate: string) =>
		gateConfig(
			devEstate(),
			gate,
			({ name }) => `http://${name}`,
		).registries.map((registry) => [registry.name, registry.grants]);

	test("grants at home what the table grants, and to nobody a push to Prod", () => {
		expect(Object.fromEntries(grants("home"))).toEqual({
			sandbox: {
				anonymous: ["pull", "create", "retag"],
				developer: ["pull", "create", "retag", "delete"],
				cleaner: ["pull", "delete"],
			},
			"ci-tests": {
				anonymous: ["pull"],
				developer: ["pull"],
				ci: ["pull", "create", "retag"],
				cleaner: ["pull", "delete"],
			},
			"ci-snapshots": {
				anonymous: ["pull"],
				developer: ["pull"],
				ci: ["pull", "create"],
				promoter: ["pull"],
				cleaner: ["pull", "delete"],
			},
			prod: {
				developer: ["pull"],
				ci: ["pull"],
				backup: ["pull"],
				consumer: ["pull"],
				cache: ["pull"],
			},
			archive: {
				anonymous: ["pull"],
				developer: ["pull"],
				ci: ["pull"],
				archiver: ["pull", "create", "retag"],
				backup: ["pull"],
				cache: ["pull"],
			},
		});
	});

	test("knows the promoter alone before the writing half", () => {
		expect(Object.fromEntries(grants("promotion"))).toEqual({
			"prod-rw": { promoter: ["pull", "create"] },
		});
	});
});

test("the summary names every registry with its users", () => {
	const summary = (tier: string) =>
		tierSummaries(devEstate()).find((row) => row.tier === tier);
	expect(tierSummaries(devEstate()).map(({ tier }) => tier)).toEqual([
		"sandbox",
		"ci-tests",
		"ci-snapshots",
		"prod",
		"archive",
		"prod-rw",
		"prod-eu",
		"archive-eu",
		"prod-us",
	]);
	expect(summary("sandbox")).toEqual({
		tier: "sandbox",
		address: "localhost:5101",
		push: ["anonymous", "developer"],
		pull: ["anonymous", "developer", "cleaner"],
	});
	expect(summary("prod")).toEqual({
		tier: "prod",
		address: "localhost:5104",
		push: [],
		pull: ["developer", "ci", "backup", "consumer", "cache"],
	});
	expect(summary("prod-rw")).toEqual({
		tier: "prod-rw",
		push: ["promoter"],
		pull: ["promoter"],
	});
	expect(summary("archive-eu")).toEqual({
		tier: "archive-eu",
		address: "localhost:5112",
		push: [],
		pull: ["developer", "ci", "consumer"],
	});
});
