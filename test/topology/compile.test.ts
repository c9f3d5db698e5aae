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
				({ name, mode, store, gate }) => `${name} ${mode} ${store} ${gate}`,
			),
		).toEqual([
			"sandbox read-write sandbox home",
			"ci-tests read-write ci-tests home",
			"ci-snapshots read-write ci-snapshots home",
			"prod read-only prod home",
			"prod-rw read-write prod promotion",
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
					"developer-ci-tests",
					"ci-ci-tests",
					"developer-ci-snapshots",
					"ci-ci-snapshots",
					"promoter-ci-snapshots",
					"developer-prod",
					"ci-prod",
					"consumer-prod",
				],
			],
			["promotion", ["promoter-prod-rw"]],
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
			"jobs: front:home job:promoter",
			"promotion: front:promotion job:promoter",
			"sandbox: front:home gate:home registry:sandbox",
			"ci-tests: front:home gate:home registry:ci-tests",
			"ci-snapshots: front:home gate:home registry:ci-snapshots",
			"prod: front:home gate:home registry:prod",
			"prod-rw: front:promotion gate:promotion registry:prod-rw",
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
			},
			"ci-tests": {
				anonymous: ["pull"],
				developer: ["pull"],
				ci: ["pull", "create", "retag"],
			},
			"ci-snapshots": {
				anonymous: ["pull"],
				developer: ["pull"],
				ci: ["pull", "create"],
				promoter: ["pull"],
			},
			prod: { developer: ["pull"], ci: ["pull"], consumer: ["pull"] },
		});
	});

	test("knows the promoter alone before the writing half", () => {
		expect(Object.fromEntries(grants("promotion"))).toEqual({
			"prod-rw": { promoter: ["pull", "create"] },
		});
	});
});

test("the summary names every registry with its users", () => {
	expect(tierSummaries(devEstate())).toEqual([
		{
			tier: "sandbox",
			address: "localhost:5101",
			push: ["anonymous", "developer"],
			pull: ["anonymous", "developer"],
		},
		{
			tier: "ci-tests",
			address: "localhost:5102",
			push: ["ci"],
			pull: ["anonymous", "developer", "ci"],
		},
		{
			tier: "ci-snapshots",
			address: "localhost:5103",
			push: ["ci"],
			pull: ["anonymous", "developer", "ci", "promoter"],
		},
		{
			tier: "prod",
			address: "localhost:5104",
			push: [],
			pull: ["developer", "ci", "consumer"],
		},
		{ tier: "prod-rw", push: ["promoter"], pull: ["promoter"] },
	]);
});
