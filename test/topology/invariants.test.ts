import { describe, expect, test } from "vitest";
import { compileEstate } from "../../topology/compile.ts";
import type { Estate, Registry } from "../../topology/estate.ts";
import {
	checkInvariants,
	describeViolation,
	INVARIANTS,
} from "../../topology/invariants/all.ts";
import { DEV_SPEC, devEstate } from "./dev-estate.ts";

const broken = (change: (estate: Estate) => Estate) =>
	checkInvariants(change(devEstate()))
		.filter(({ id }) => id.startsWith("TI-"))
		.map(({ id, where }) => `${id}: ${where}`);

const registry =
	(name: string, change: Partial<Registry>) =>
	(estate: Estate): Estate => ({
		...estate,
		registries: estate.registries.map((r) =>
			r.name === name ? { ...r, ...change } : r,
		),
	});

const segment =
	(name: string, change: Partial<Estate["segments"][number]>) =>
	(estate: Estate): Estate => ({
		...estate,
		segments: estate.segments.map((s) =>
			s.name === name ? { ...s, ...change } : s,
		),
	});

const account =
	(gate: string, principal: "ci" | "developer" | "promoter", at: string) =>
	(estate: Estate): Estate => ({
		...estate,
		gates: estate.gates.map((g) =>
			g.name === gate
				? {
						...g,
						accounts: [
							...g.accounts,
							{ principal, registry: at, secret: `${principal}-${at}` },
						],
					}
				: g,
		),
	});

test("the dev estate breaks none, with every flag on or off", () => {
	expect(checkInvariants(devEstate())).toEqual([]);
	const closed = compileEstate({
		...DEV_SPEC,
		regions: {},
		tiers: {
			sandbox: { port: 1 },
			"ci-tests": { port: 2 },
			"ci-snapshots": { port: 3 },
			prod: { port: 4 },
		},
	});
	expect(checkInvariants(closed)).toEqual([]);
});

test("each has an id, a plain sentence and a remedy of its own", () => {
	expect(INVARIANTS.map(({ id }) => id)).toEqual([
		"TI-01",
		"TI-04",
		"TI-05",
		"TI-06",
		"TI-07",
		"TI-08",
		"TI-10",
		"TI-11",
		"TI-13",
		"TI-16",
	]);
	for (const { statement, remedy } of INVARIANTS) {
		expect(statement.length).toBeGreaterThan(20);
		expect(remedy.length).toBeGreaterThan(20);
	}
});

test("a violation reads as where, rule and fix", () => {
	const [violation] = checkInvariants(
		registry("prod", { deletes: true })(devEstate()),
	);
	expect(violation && describeViolation(violation)).toBe(
		"TI-08: registry 'prod' of tier prod deletes; expected: only Sandbox and the CI Pool accept deletes. Fix: leave deletes off for prod, cache and archive",
	);
});

describe("TI-01: only the promoter can write to Prod", () => {
	test("finds another account at the writing half", () => {
		expect(broken(account("promotion", "ci", "prod-rw"))).toContain(
			"TI-01: gate 'promotion' has an account of ci for 'prod-rw'",
		);
	});
	test("finds another member on the promoter's network", () => {
		expect(
			broken(
				segment("promotion", {
					members: ["front:promotion", "job:promoter", "front:home"],
				}),
			),
		).toEqual([
			"TI-01: front:home shares network 'promotion' with the front of 'prod-rw'",
		]);
	});
	test("finds the promoter itself beside the registry, where it could step around the gate", () => {
		expect(
			broken(
				segment("prod-rw", {
					members: [
						"front:promotion",
						"gate:promotion",
						"registry:prod-rw",
						"job:promoter",
					],
				}),
			),
		).toEqual(["TI-01: job:promoter shares network 'prod-rw' with 'prod-rw'"]);
	});
	test("finds a published network of the writing half or its front", () => {
		expect(broken(segment("prod-rw", { published: true }))).toEqual([
			"TI-01: network 'prod-rw' of 'prod-rw' is published",
		]);
		expect(broken(segment("promotion", { published: true }))).toEqual([
			"TI-01: the front of 'prod-rw' is on the published network 'promotion'",
		]);
	});
	test("finds a public port of the writing half", () => {
		expect(broken(registry("prod-rw", { port: 5105 }))).toEqual([
			"TI-01: 'prod-rw' writes and has the public port 5105",
		]);
	});
	test("finds a public half that writes", () => {
		expect(broken(registry("prod", { mode: "read-write" }))).toContain(
			"TI-01: 'prod' writes and has the public port 5104",
		);
	});
});

describe("TI-04: one store per tier", () => {
	test("finds two tiers over one store", () => {
		expect(broken(registry("ci-tests", { stores: ["ci-snapshots"] }))).toEqual([
			"TI-04: registry 'ci-tests' of tier ci-tests uses the store 'ci-snapshots' of tier ci-snapshots",
			"TI-04: store 'ci-snapshots' has 2 writing registries: ci-tests, ci-snapshots",
		]);
	});
	test("finds replicas over one store", () => {
		expect(
			broken(registry("prod-eu", { stores: ["prod-eu-0", "prod-eu-0"] })),
		).toEqual(["TI-04: replicas of 'prod-eu' share a store"]);
	});
	test("finds two writers over one store", () => {
		expect(broken(registry("prod", { mode: "read-write" }))).toContain(
			"TI-04: store 'prod' has 2 writing registries: prod, prod-rw",
		);
	});
});

describe("TI-05: a cache uses its own leg", () => {
	test("finds a region without a way home", () => {
		expect(broken(segment("leg-eu", { members: ["front:eu"] }))).toEqual([
			"TI-05: no network leads from the front of 'eu' to 'prod'",
			"TI-05: no network leads from the front of 'eu' to 'archive'",
		]);
	});
	test("finds a cache beside home's front, where the breaker is not", () => {
		expect(
			broken(
				segment("leg-us", {
					members: ["front:home", "front:us", "registry:prod-us"],
				}),
			),
		).toEqual(["TI-05: cache 'prod-us' reaches 'prod' without its own front"]);
	});
	test("finds an account that home does not know", () => {
		expect(
			broken((estate) => ({
				...estate,
				gates: estate.gates.map((gate) => ({
					...gate,
					accounts: gate.accounts.filter(
						({ secret }) => secret !== "cache-us-prod",
					),
				})),
			})),
		).toEqual(["TI-05: 'prod' does not know the account of cache 'prod-us'"]);
	});
	test("finds two regions with one secret", () => {
		const account = devEstate().registries.find(
			({ name }) => name === "prod-eu",
		)?.upstream?.account;
		if (!account) throw new Error("no account");
		expect(
			broken(
				registry("prod-us", {
					upstream: { registry: "prod", account, legHost: "prod-leg.us.test" },
				}),
			),
		).toEqual([
			"TI-05: caches 'prod-eu' and 'prod-us' use the secret 'cache-eu-prod'",
			"TI-05: caches 'prod-us' and 'prod-eu' use the secret 'cache-eu-prod'",
		]);
	});
});

describe("TI-06: a cache copies an origin", () => {
	const upstreamOf = (name: string) => (estate: Estate) =>
		registry("prod-us", {
			upstream: {
				registry: name,
				account: {
					principal: "cache",
					registry: "prod",
					secret: "cache-us-prod",
				},
				legHost: "prod-leg.us.test",
			},
		})(estate);
	test("finds a cache of nothing", () => {
		expect(broken(upstreamOf("prodd"))).toContain(
			"TI-06: cache 'prod-us' copies 'prodd', which does not exist",
		);
		expect(broken(registry("sandbox", { mode: "pull-through" }))).toContain(
			"TI-06: cache 'sandbox' copies nothing",
		);
	});
	test("finds a cache of a cache", () => {
		expect(broken(upstreamOf("prod-eu"))).toContain(
			"TI-06: cache 'prod-us' copies 'prod-eu', which is a cache itself",
		);
	});
});

describe("TI-10: every region has one Prod cache", () => {
	test("finds a region without one", () => {
		expect(
			broken((estate) => ({ ...estate, regions: [...estate.regions, "ap"] })),
		).toEqual(["TI-10: region 'ap' has 0 caches of Prod"]);
	});
	test("finds a region with two", () => {
		expect(broken(registry("prod-us", { location: "eu" }))).toEqual(
			expect.arrayContaining([
				"TI-10: region 'eu' has 2 caches of Prod",
				"TI-10: region 'us' has 0 caches of Prod",
			]),
		);
	});
	test("finds a cache with one replica, and one without a way in", () => {
		expect(broken(registry("prod-us", { stores: ["prod-us-0"] }))).toEqual([
			"TI-10: cache 'prod-us' has 1 replica",
		]);
		const { port: _, ...closed } =
			devEstate().registries.find(({ name }) => name === "prod-us") ??
			expect.unreachable();
		expect(
			broken((estate) => ({
				...estate,
				registries: estate.registries.map((r) =>
					r.name === "prod-us" ? (closed as Registry) : r,
				),
			})),
		).toEqual(["TI-10: cache 'prod-us' has no way in for consumers"]);
	});
	test("finds a cache of a region that is not configured", () => {
		expect(broken((estate) => ({ ...estate, regions: ["eu"] }))).toEqual([
			"TI-10: cache 'prod-us' is in 'us', which is no region",
		]);
	});
});

describe("TI-07: no path from Sandbox to Prod", () => {
	test("finds Sandbox and Prod on one network", () => {
		expect(
			broken(
				segment("sandbox", {
					members: [
						"front:home",
						"gate:home",
						"registry:sandbox",
						"registry:prod",
					],
				}),
			),
		).toEqual(["TI-07: network 'sandbox' holds both Sandbox and Prod"]);
	});
	test("finds a Sandbox over Prod's store", () => {
		expect(broken(registry("sandbox", { stores: ["prod"] }))).toEqual(
			expect.arrayContaining([
				"TI-07: images can travel sandbox → prod",
				"TI-07: images can travel sandbox → prod-rw",
			]),
		);
	});
	test("finds a Sandbox that keeps its images", () => {
		expect(
			broken((estate) => ({
				...estate,
				stores: estate.stores.map((s) =>
					s.tier === "sandbox" ? { ...s, durability: "kept" } : s,
				),
			})),
		).toEqual(["TI-07: the Sandbox store 'sandbox' is kept"]);
	});
});

describe("TI-11: promotion has two credentials", () => {
	const promotion =
		(change: Partial<Estate["promotion"]>) => (estate: Estate) => ({
			...estate,
			promotion: { ...estate.promotion, ...change },
		});
	test("finds promotion from Sandbox", () => {
		expect(broken(promotion({ from: "sandbox" }))).toContain(
			"TI-11: promotion reads 'sandbox' of tier sandbox",
		);
	});
	test("finds promotion to CI", () => {
		expect(broken(promotion({ to: "ci-tests" }))).toContain(
			"TI-11: promotion writes 'ci-tests' of tier ci-tests",
		);
	});
	test("finds one secret at both ends", () => {
		const { readAccount } = devEstate().promotion;
		expect(broken(promotion({ writeAccount: readAccount }))).toEqual([
			"TI-11: both ends use the secret 'promoter-ci-snapshots'",
			"TI-11: promotion uses the account of promoter for 'ci-snapshots' at 'prod-rw'",
		]);
	});
});

describe("TI-13: no shared trust", () => {
	test.each(["service", "issuer", "key"] as const)(
		"finds two registries with one %s",
		(field) => {
			const value = devEstate().registries.find((r) => r.name === "prod")?.[
				field
			];
			expect(broken(registry("sandbox", { [field]: value }))).toContain(
				`TI-13: sandbox and prod share the ${field} '${value}'`,
			);
		},
	);
	test("finds a gate that holds another gate's key", () => {
		expect(
			broken((estate) => ({
				...estate,
				gates: estate.gates.map((g) =>
					g.name === "home" ? { ...g, keys: [...g.keys, "prod-rw"] } : g,
				),
			})),
		).toEqual(["TI-13: gate 'home' holds the key 'prod-rw' of another gate"]);
	});
});

describe("TI-16: what is promoted is signed by somebody the configuration names", () => {
	const promotion =
		(change: Partial<Estate["promotion"]>) =>
		(estate: Estate): Estate => ({
			...estate,
			promotion: { ...estate.promotion, ...change },
		});
	const { require } = devEstate().promotion;

	test("finds that nobody's signature counts", () => {
		expect(broken(promotion({ signers: {} }))).toEqual([
			"TI-16: promotion believes no signer",
		]);
	});
	test("finds a signer that anybody could be", () => {
		const github = {
			kind: "keyless",
			issuer: "https://token.actions.githubusercontent.com",
			subject: "https://github.com/.*",
			trustRoot: "trust/public-good.json",
		} as const;
		expect(broken(promotion({ signers: { github } }))).toEqual([
			"TI-16: promotion takes anybody's signature for that of 'github'",
		]);
	});
	test.each([
		["label", { labels: [] }],
		["platform", { platforms: [] }],
		["SBOM", { sbom: false }],
	])("finds that no %s is asked for", (what, change) => {
		expect(broken(promotion({ require: { ...require, ...change } }))).toEqual([
			`TI-16: promotion asks for no ${what}`,
		]);
	});
	test("finds an exception for every repository", () => {
		const exceptions = [
			{
				repositories: ["team/.*", ".*"],
				checks: ["sbom", "signature"],
				owner: "team-legacy",
				reason: "built before 2026",
			},
		] as const;
		expect(broken(promotion({ exceptions }))).toEqual([
			"TI-16: an exception of team-legacy lowers sbom, signature for every repository",
		]);
	});
});
