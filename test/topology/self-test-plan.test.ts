import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PRINCIPALS, VERBS } from "../../topology/access.ts";
import { compileEstate } from "../../topology/compile.ts";
import type { Estate } from "../../topology/estate.ts";
import { verbsAt } from "../../topology/graph.ts";
import {
	secretsOf,
	selfTestOf,
	type TestedRegistry,
} from "../../topology/self-test-config.ts";
import { selfTestPlan } from "../../topology/self-test-plan.ts";
import { DEV_SPEC, devEstate } from "./dev-estate.ts";

const outside = (estate: Estate = devEstate()) =>
	selfTestPlan(estate, "outside");
const promoter = (estate: Estate = devEstate()) =>
	selfTestPlan(estate, "promoter");

function registry(name: string): TestedRegistry {
	const all = [...outside().registries, ...promoter().registries];
	const found = all.find((tested) => tested.name === name);
	if (!found) throw new Error(`no registry '${name}' is tested`);
	return found;
}

/** The rights of a registry as the design writes them, e.g. `ci pwr`, those with none left out. */
const rights = (name: string) =>
	PRINCIPALS.map((principal) => {
		const letters = VERBS.map((verb) => {
			const cell = registry(name).cells.find(
				(c) => c.principal === principal && c.verb === verb,
			);
			return cell?.allowed
				? { pull: "p", create: "w", retag: "r", delete: "d" }[verb]
				: "";
		}).join("");
		return letters === "" ? "" : `${principal} ${letters}`;
	}).filter((line) => line !== "");

/** The secrets that a principal is tried with. */
const secrets = (name: string, principal: string) =>
	registry(name)
		.cells.find((cell) => cell.principal === principal)
		?.logins.map(({ secret }) => secret);

test("every published registry is tried from outside, Prod's writing half by the promoter", () => {
	const places = (plan: ReturnType<typeof outside>) =>
		plan.registries.map(({ name, url }) => `${name} ${url}`);
	expect(places(outside())).toEqual([
		"sandbox http://127.0.0.1:5101",
		"ci-tests http://127.0.0.1:5102",
		"ci-snapshots http://127.0.0.1:5103",
		"prod http://127.0.0.1:5104",
		"archive http://127.0.0.1:5105",
		"prod-eu http://127.0.0.1:5111",
		"archive-eu http://127.0.0.1:5112",
		"prod-us http://127.0.0.1:5121",
	]);
	expect(places(promoter())).toEqual([
		"prod-rw http://prod-rw.promotion.test:8080",
	]);
});

test.each([
	["sandbox", ["anonymous pwr", "developer pwrd", "cleaner pd"]],
	["ci-tests", ["anonymous p", "developer p", "ci pwr", "cleaner pd"]],
	[
		"ci-snapshots",
		["anonymous p", "developer p", "ci pw", "promoter p", "cleaner pd"],
	],
	["prod", ["developer p", "ci p", "backup p", "consumer p", "cache p"]],
	["prod-rw", ["promoter pw"]],
	[
		"archive",
		[
			"anonymous p",
			"developer p",
			"ci p",
			"archiver pwr",
			"backup p",
			"cache p",
		],
	],
	["prod-eu", ["developer p", "ci p", "consumer p"]],
])("at %s these are expected to work: %j", (name, expected) => {
	expect(rights(name)).toEqual(expected);
});

describe("a principal is tried", () => {
	test("with the password of the registry", () => {
		expect(secrets("ci-tests", "ci")).toEqual(["ci-ci-tests"]);
	});
	test("with each region's password, where the caches of several regions pull", () => {
		expect(secrets("prod", "cache")).toEqual([
			"cache-eu-prod",
			"cache-us-prod",
		]);
	});
	test("with all it has elsewhere, where it has none", () => {
		expect(secrets("sandbox", "promoter")).toEqual([
			"promoter-ci-snapshots",
			"promoter-prod-rw",
		]);
		expect(secrets("prod", "promoter")).toEqual([
			"promoter-ci-snapshots",
			"promoter-prod-rw",
		]);
		expect(secrets("prod-eu", "cache")).toEqual([
			"cache-eu-prod",
			"cache-us-prod",
			"cache-eu-archive",
		]);
	});
	test("without any as nobody, and not at all where nobody has such an account", () => {
		expect(secrets("sandbox", "anonymous")).toEqual([]);
		const { archive: _archive, ...tiers } = DEV_SPEC.tiers;
		const estate = compileEstate({ ...DEV_SPEC, tiers, regions: {} });
		const [sandbox] = outside(estate).registries;
		const archiver = sandbox?.cells.filter((c) => c.principal === "archiver");
		expect(archiver?.map(({ logins }) => logins)).toEqual([[], [], [], []]);
	});
});

describe("the image", () => {
	const writers = (name: string) => {
		const { image } = registry(name);
		return image.kind === "own"
			? [image.tag, image.writer.secret, image.remover?.secret]
			: [image.origin.url, image.origin.witness.secret];
	};
	test.each([
		[
			"sandbox",
			["self-test-1", "developer-sandbox", "developer-sandbox"],
			"self-test-2",
		],
		[
			"ci-tests",
			["run-self-test-1", "ci-ci-tests", "cleaner-ci-tests"],
			"run-self-test-2",
		],
		[
			"ci-snapshots",
			["main-1-0000000", "ci-ci-snapshots", "cleaner-ci-snapshots"],
			"main-2-0000000",
		],
		["archive", ["self-test-1", "archiver-archive", undefined], "self-test-2"],
		["prod", ["http://127.0.0.1:5104", "backup-prod"], "0.0.0-self-test.2"],
		[
			"prod-rw",
			["http://prod-rw.promotion.test:8080", "promoter-prod-rw"],
			"0.0.0-self-test.2",
		],
		["prod-us", ["http://127.0.0.1:5104", "backup-prod"], "self-test-2"],
		[
			"archive-eu",
			["http://127.0.0.1:5105", "archiver-archive"],
			"self-test-2",
		],
	])("of %s comes from %j, the new tag is %s", (name, expected, newTag) => {
		expect(writers(name)).toEqual(expected);
		expect(registry(name).newTag).toBe(newTag);
	});
});

test("every published port, mirrors too, must not know Prod's writing half", () => {
	expect(outside().fronts.map(({ name, url }) => `${name} ${url}`)).toEqual([
		"sandbox http://127.0.0.1:5101",
		"ci-tests http://127.0.0.1:5102",
		"ci-snapshots http://127.0.0.1:5103",
		"prod http://127.0.0.1:5104",
		"archive http://127.0.0.1:5105",
		"archive http://127.0.0.1:5106",
		"prod-eu http://127.0.0.1:5111",
		"archive-eu http://127.0.0.1:5112",
		"prod-us http://127.0.0.1:5121",
	]);
	const hosts = outside().fronts.map(({ foreignHost }) => foreignHost);
	expect(new Set(hosts)).toEqual(new Set(["prod-rw.promotion.test"]));
	expect(promoter().fronts).toEqual([]);
});

test("one registry alone is tried with its ports, and only its passwords are needed", () => {
	const plan = selfTestOf(outside(), "archive");
	expect(plan.registries.map(({ name }) => name)).toEqual(["archive"]);
	expect(plan.fronts).toHaveLength(2);
	expect(selfTestOf(promoter(), "archive").registries).toEqual([]);
	expect(secretsOf(plan)).toContain("archiver-archive");
	expect(secretsOf(plan)).not.toContain("developer-sandbox");
});

const flag = fc.boolean();
const specs = fc
	.record({
		open: flag,
		anonymousPull: flag,
		archive: flag,
		regions: fc.subarray(["eu", "us", "ap"]),
	})
	.map(({ open, anonymousPull, archive, regions }) => {
		const { archive: archiveSpec, ...home } = DEV_SPEC.tiers;
		return compileEstate({
			...DEV_SPEC,
			tiers: {
				...home,
				sandbox: { port: 1, open },
				"ci-tests": { port: 2, anonymousPull },
				"ci-snapshots": { port: 3, anonymousPull },
				...(archive && archiveSpec && { archive: archiveSpec }),
			},
			regions: Object.fromEntries(
				regions.map((name, i) => [
					name,
					{ port: 10 + i, ...(archive && { archivePort: 20 + i }) },
				]),
			),
		});
	});

describe("in any estate", () => {
	test("each principal is tried with each verb at each registry, once", () => {
		fc.assert(
			fc.property(specs, (estate) => {
				const tried = [
					...outside(estate).registries,
					...promoter(estate).registries,
				];
				expect(tried.map(({ name }) => name).sort()).toEqual(
					estate.registries.map(({ name }) => name).sort(),
				);
				for (const { cells } of tried) {
					expect(cells.map((c) => `${c.principal} ${c.verb}`)).toEqual(
						PRINCIPALS.flatMap((p) => VERBS.map((v) => `${p} ${v}`)),
					);
				}
			}),
		);
	});

	test("what is expected to work is what the table and the accounts give, with the own password", () => {
		fc.assert(
			fc.property(specs, (estate) => {
				const tried = [
					...outside(estate).registries,
					...promoter(estate).registries,
				];
				for (const registry of estate.registries) {
					const cells = tried.find(({ name }) => name === registry.name)?.cells;
					for (const { principal, verb, allowed, logins } of cells ?? []) {
						const verbs = verbsAt(estate, principal, registry);
						expect(allowed).toBe(verbs.includes(verb));
						if (!allowed || principal === "anonymous") continue;
						for (const { secret } of logins) {
							expect(secret.endsWith(`-${registry.name}`)).toBe(true);
						}
					}
				}
			}),
		);
	});

	test("nothing is written where images are kept for ever, but to the Archive", () => {
		fc.assert(
			fc.property(specs, (estate) => {
				const kept = [
					...outside(estate).registries,
					...promoter(estate).registries,
				].filter(({ image }) => image.kind === "own" && !image.remover);
				expect(kept.map(({ name }) => name)).toEqual(
					estate.mirroring ? ["archive"] : [],
				);
			}),
		);
	});
});
