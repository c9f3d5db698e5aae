import { describe, expect, test } from "vitest";
import type {
	RecordedResource,
	StackDescription,
	StackModel,
} from "../../../stacks/offline/description.ts";
import { stackPlan } from "../../../toolchain/plan/stack-plan.ts";
import { accessMatrix } from "../../../topology/access-matrix.ts";
import type { Estate } from "../../../topology/estate.ts";
import { imageFlows } from "../../../topology/graph.ts";
import { pictureOf } from "../../../topology/picture.ts";
import { devEstate } from "../../topology/dev-estate.ts";
import { recorded, store } from "./recorded.ts";

const estate = devEstate();

function described(
	of: Estate = estate,
	settings: Readonly<Record<string, string>> = {},
	resources: readonly RecordedResource[] = [],
	invariants: StackModel["invariants"] = [],
): StackDescription {
	return {
		form: 1,
		stack: "dev",
		remarks: [],
		model: {
			platform: of.platform,
			regions: of.regions,
			access: accessMatrix(of),
			flows: imageFlows(of),
			picture: pictureOf(of),
			settings,
			invariants,
		},
		resources,
	};
}

const findings = (before: StackDescription, after: StackDescription) =>
	stackPlan(before, after).findings.map(({ level, text }) => [level, text]);

const withoutRegistry = (name: string): Estate => ({
	...estate,
	registries: estate.registries.filter((registry) => registry.name !== name),
});

test("nothing is said about a stack that stays as it is", () => {
	expect(findings(described(), described())).toEqual([]);
});

test("a broken invariant fails the plan, whatever else changes", () => {
	const state = { id: "TI-01", statement: "it holds", remedy: "mend it" };
	expect(
		findings(
			described(),
			described(estate, {}, [], [{ ...state, broken: ["'x' is open"] }]),
		),
	).toEqual([
		["fails", "TI-01: 'x' is open; expected: it holds. Fix: mend it"],
	]);
});

test("a configuration that is not valid fails the plan with its own words", () => {
	expect(
		findings(described(), {
			form: 1,
			stack: "dev",
			invalid: "no tiers",
			remarks: [],
		}),
	).toEqual([["fails", "no tiers"]]);
});

test("reading without a name is a danger, at a tier that was read by name", () => {
	const open: Estate = {
		...estate,
		registries: estate.registries.map((registry) =>
			registry.name === "ci-tests" ? { ...registry, flags: {} } : registry,
		),
	};
	expect(findings(described(open), described())).toEqual([
		["danger", "anonymous may newly pull at ci-tests"],
		["look", "images can newly get from ci-tests to sandbox, by anonymous"],
	]);
});

test("a registry that goes is one finding, not one for each right at it", () => {
	expect(findings(described(), described(withoutRegistry("prod-us")))).toEqual([
		["danger", "registry prod-us is removed, with what it holds"],
	]);
});

describe("settings", () => {
	const settings = (
		before: Record<string, string>,
		after: Record<string, string>,
	) => findings(described(estate, before), described(estate, after));

	test("retention where nothing was ever removed is a danger", () => {
		expect(settings({}, { "registries.prod.retention.days": "30" })).toEqual([
			["danger", "retention of prod (days) changes from not set to 30"],
		]);
	});

	test("a longer retention is worth a look", () => {
		const days = (value: string) => ({
			"registries.sandbox.retention.days": value,
		});
		expect(settings(days("7"), days("14"))).toEqual([
			["look", "retention of sandbox (days) changes from 7 to 14"],
		]);
		expect(settings(days("14"), days("7"))).toEqual([
			["danger", "retention of sandbox (days) changes from 14 to 7"],
		]);
	});

	test("a cache of another origin is a danger", () => {
		expect(
			settings(
				{ "upstreams.prod-eu": "prod" },
				{ "upstreams.prod-eu": "sandbox" },
			),
		).toEqual([
			["danger", "what the cache prod-eu copies changes from prod to sandbox"],
		]);
	});

	test("what Prod asks of an image and whose tokens count are dangers", () => {
		expect(
			settings(
				{ "promotion.require.sbom": "true" },
				{ "identities.github.principal": "ci" },
			),
		).toEqual([
			[
				"danger",
				"whose tokens count as whom (identities.github.principal) changes from not set to ci",
			],
			[
				"danger",
				"what Prod asks of an image (promotion.require.sbom) changes from true to not set",
			],
		]);
	});
});

describe("resources", () => {
	const resources = (
		before: readonly RecordedResource[],
		after: readonly RecordedResource[],
	) => findings(described(estate, {}, before), described(estate, {}, after));

	test("images that are lost are a danger, and so is protection that is", () => {
		expect(resources([store({ protect: true })], [])).toEqual([
			[
				"danger",
				"sandbox-storage is deleted with the images in it; it is protected, so that `up` refuses",
			],
		]);
		expect(
			resources([store()], [store({ inputs: { driver: "other" } })]),
		).toEqual([
			["danger", "sandbox-storage is replaced by an empty one, for driver"],
		]);
		expect(resources([store({ protect: true })], [store()])).toEqual([
			[
				"danger",
				"sandbox-storage is protected no longer: its images go when it does",
			],
		]);
	});

	test("a volume with files is no danger", () => {
		expect(resources([store({ name: "front-config" })], [])).toEqual([]);
	});

	test("a component that gets another name without an alias is named", () => {
		const component = (name: string) =>
			recorded({ type: "registry-tiers:index:Sandbox", name, component: true });
		const inside = recorded({
			type: "docker:index/network:Network",
			name: "net",
			within: ["home", "sandbox"],
		});
		expect(
			resources([component("sandbox"), inside], [component("box")]),
		).toEqual([
			[
				"danger",
				"component sandbox is made anew as box without an alias, with all 1 resources in it",
			],
		]);
	});
});
