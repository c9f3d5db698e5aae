import { describe, expect, test } from "vitest";
import { compileEstate } from "../../topology/compile.ts";
import type { Estate } from "../../topology/estate.ts";
import { gateConfig } from "../../topology/gate-config.ts";
import {
	audienceAt,
	type IdentitySpec,
	namesOneSubject,
} from "../../topology/identity-spec.ts";
import { takesStrangers } from "../../topology/identity-strangers.ts";
import { checkInvariants } from "../../topology/invariants/all.ts";
import { DEV_SPEC } from "./dev-estate.ts";

const issuer = "https://token.actions.githubusercontent.com";
const ci: IdentitySpec = {
	issuer,
	principal: "ci",
	claims: { repository: "acme/.*" },
};
const promoter: IdentitySpec = {
	issuer: "https://kubernetes.default.svc.cluster.local",
	principal: "promoter",
	claims: { sub: "system:serviceaccount:registry-tiers:promoter" },
};

const estate = compileEstate({
	...DEV_SPEC,
	identities: { github: ci, cluster: promoter },
});
const urlOf = ({ name }: { name: string }) => `http://${name}`;

describe("identities", () => {
	test("are at the gates where their principal has a right", () => {
		expect(
			estate.gates.map(({ name, identities }) => [
				name,
				identities.map((identity) => identity.name),
			]),
		).toEqual([
			["home", ["github", "cluster"]],
			["promotion", ["cluster"]],
			["eu", ["github"]],
			["us", ["github"]],
		]);
	});

	test("are in the gate's configuration as they are in the estate's, with their name", () => {
		expect(gateConfig(estate, "promotion", urlOf).identities).toEqual([
			{ name: "cluster", ...promoter },
		]);
	});

	test("need no account of their principal to have its rights", () => {
		const without: Estate = {
			...estate,
			gates: estate.gates.map((gate) => ({ ...gate, accounts: [] })),
		};
		const grants = Object.fromEntries(
			gateConfig(without, "home", urlOf).registries.map((registry) => [
				registry.name,
				registry.grants,
			]),
		);
		expect(grants).toEqual({
			sandbox: { anonymous: ["pull", "create", "retag"] },
			"ci-tests": { anonymous: ["pull"], ci: ["pull", "create", "retag"] },
			"ci-snapshots": {
				anonymous: ["pull"],
				ci: ["pull", "create"],
				promoter: ["pull"],
			},
			// The promoter writes at prod-rw and needs nothing here.
			prod: { ci: ["pull"] },
			archive: { anonymous: ["pull"], ci: ["pull"] },
		});
	});

	test("give each of their gates a way out that nobody comes in by", () => {
		expect(
			estate.segments.filter(({ name }) => name.startsWith("issuers-")),
		).toEqual(
			["home", "promotion", "eu", "us"].map((gate) => ({
				name: `issuers-${gate}`,
				published: false,
				outbound: true,
				members: [`gate:${gate}`],
			})),
		);
	});

	test("change no address of the other networks", () => {
		const addresses = "10.213.0.0/20";
		const before = compileEstate({ ...DEV_SPEC, addresses }).segments;
		const after = compileEstate({
			...DEV_SPEC,
			addresses,
			identities: { github: ci },
		}).segments;
		expect(after.slice(0, before.length)).toEqual(before);
	});

	test("keep all invariants", () => {
		expect(checkInvariants(estate)).toEqual([]);
	});

	test("of anybody but the promoter at the writing half of Prod break TI-01", () => {
		const broken: Estate = {
			...estate,
			gates: estate.gates.map((gate) =>
				gate.name === "promotion"
					? { ...gate, identities: [{ name: "github", ...ci }] }
					: gate,
			),
		};
		expect(checkInvariants(broken).map(({ id, where }) => [id, where])).toEqual(
			[
				[
					"TI-01",
					"gate 'promotion' of 'prod-rw' takes tokens of ci (identity 'github')",
				],
			],
		);
	});
});

test("the audience is the tier's token service unless the configuration says more", () => {
	expect(audienceAt({}, "prod.dev")).toBe("prod.dev");
	expect(audienceAt({ audience: "https://{service}/" }, "prod.dev")).toBe(
		"https://prod.dev/",
	);
	expect(audienceAt({ audience: "acme" }, "prod.dev")).toBe("acme");
});

test.each([
	["system:serviceaccount:registry-tiers:promoter", true],
	["system:serviceaccount:a:b\\.c", true],
	["system:serviceaccount:a:b.c", false],
	["system:serviceaccount:a:(?:b|c)", false],
	["system:serviceaccount:.*:promoter", false],
	["", false],
])("'%s' names one subject: %s", (pattern, one) => {
	expect(namesOneSubject(pattern)).toBe(one);
});

describe("of an issuer that serves everybody, strangers are kept out by", () => {
	test.each([
		{ repository: "acme/.*" },
		{ repository: "acme/app", ref: "refs/heads/main" },
		{ repository: "(?:acme|acme-labs)/.*" },
		{ repository_owner: "acme" },
		{ repository_owner_id: "583231" },
		{ repository: ".*/app", repository_owner: "acme" },
		{ sub: "repo:acme/.*:ref:refs/heads/main" },
		{ sub: "repo:acme@583231/.*", event_name: "push" },
	])("%j", (claims) => {
		expect(takesStrangers({ issuer, claims })).toBe(false);
	});
});

describe("of such an issuer, strangers come in by", () => {
	test.each([
		{ ref: "refs/heads/main" },
		{ repository: ".*" },
		{ repository: "[^/]+/[^/]+" },
		{ repository: "acme.*" },
		{ repository: "acme-.*/app" },
		{ repository: ".*acme/app" },
		{ repository: ".*/app" },
		{ repository: ".*/acme/.*" },
		{ repository_owner: "acme.*" },
		{ repository_owner_id: "[0-9]+" },
		{ sub: "repo:.*" },
		{ sub: "repo:[^:]+:ref:refs/heads/main" },
		{ sub: "repo:acme.*" },
		{ sub: ".*:ref:refs/heads/main" },
		// Whoever calls acme's workflow from a repository of his own has this.
		{
			job_workflow_ref:
				"acme/ci/\\.github/workflows/push\\.yml@refs/heads/main",
		},
		{ environment: "production", actor: "somebody" },
	])("%j", (claims) => {
		expect(takesStrangers({ issuer, claims })).toBe(true);
		expect(takesStrangers({ issuer: `${issuer}/`, claims })).toBe(true);
	});

	test.each([
		["https://gitlab.com", { ref: "main" }],
		["https://gitlab.com", { project_path: "acme.*" }],
		["https://gitlab.com", { sub: "project_path:.*:ref_type:branch:ref:main" }],
		["https://agent.buildkite.com", { pipeline_slug: "release" }],
		["https://accounts.google.com", { email: ".*acme\\.com" }],
		["https://accounts.google.com", { hd: ".*" }],
	])("%s %j", (other, claims) => {
		expect(takesStrangers({ issuer: other, claims })).toBe(true);
	});

	test.each([
		["https://gitlab.com", { namespace_path: "acme" }],
		["https://gitlab.com", { project_path: "acme/(?:.*/)?app" }],
		[
			"https://gitlab.com",
			{ sub: "project_path:acme/.*:ref_type:branch:ref:main" },
		],
		["https://agent.buildkite.com", { organization_slug: "acme" }],
		["https://accounts.google.com", { email: ".*@acme\\.com" }],
	])("not by %s %j", (other, claims) => {
		expect(takesStrangers({ issuer: other, claims })).toBe(false);
	});
});

test("of an issuer of one's own, any condition that refuses something will do", () => {
	const own = "https://gitlab.acme.test";
	expect(takesStrangers({ issuer: own, claims: { ref: "main" } })).toBe(false);
	expect(takesStrangers({ issuer: own, claims: { sub: ".+" } })).toBe(true);
});
