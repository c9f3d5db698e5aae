import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { grantedAccess } from "../../../services/gate/grants.ts";
import { PRINCIPALS, type Principal } from "../../../topology/access.ts";
import { compileEstate } from "../../../topology/compile.ts";
import type { EstateSpec } from "../../../topology/estate.ts";
import {
	type GateRegistry,
	gateConfig,
} from "../../../topology/gate-config.ts";
import { namingRule } from "../../../topology/naming.ts";

const registry: GateRegistry = {
	name: "sandbox",
	service: "sandbox.test",
	issuer: "gate.sandbox.test",
	url: "http://sandbox:5000",
	naming: namingRule("ci-tests", true),
	createOnlyTags: false,
	requiredLabels: [],
	grants: {
		developer: ["pull", "create", "retag", "delete"],
		ci: ["pull", "create"],
		consumer: ["pull"],
	},
	catalog: ["developer"],
};
const repository = (name: string, ...actions: string[]) => ({
	type: "repository",
	name,
	actions,
});

describe("grantedAccess", () => {
	test("grants what is asked and held, in the order pull, push, delete", () => {
		const asked = [repository("team/app", "push", "pull", "delete")];
		expect(grantedAccess(registry, "developer", asked)).toEqual([
			repository("team/app", "pull", "push", "delete"),
		]);
		expect(grantedAccess(registry, "ci", asked)).toEqual([
			repository("team/app", "pull", "push"),
		]);
		expect(grantedAccess(registry, "consumer", asked)).toEqual([
			repository("team/app", "pull"),
		]);
		expect(grantedAccess(registry, "anonymous", asked)).toEqual([]);
	});

	test("merges what is asked for one repository several times", () => {
		expect(
			grantedAccess(registry, "ci", [
				repository("team/app", "push"),
				repository("team/b", "pull"),
				repository("team/app", "pull", "push"),
			]),
		).toEqual([
			repository("team/app", "pull", "push"),
			repository("team/b", "pull"),
		]);
	});

	test("takes * for everything held, without ever granting *", () => {
		expect(
			grantedAccess(registry, "ci", [repository("team/app", "*")]),
		).toEqual([repository("team/app", "pull", "push")]);
	});

	test("grants no push for a name the naming rule refuses", () => {
		expect(
			grantedAccess(registry, "ci", [repository("app", "pull", "push")]),
		).toEqual([repository("app", "pull")]);
	});

	test("grants the list of repositories to those who may list them", () => {
		const catalog = { type: "registry", name: "catalog", actions: ["*"] };
		expect(grantedAccess(registry, "developer", [catalog])).toEqual([catalog]);
		expect(grantedAccess(registry, "ci", [catalog])).toEqual([]);
		expect(
			grantedAccess(registry, "developer", [{ ...catalog, name: "other" }]),
		).toEqual([]);
	});

	test.each([
		"*",
		"team/*",
		"host:5000/team/app",
		"Team/app",
		"team//app",
		"team/../app",
		"catalog/",
		"",
		`${"a".repeat(127)}/${"b".repeat(128)}`,
	])("grants nothing for '%s', which is no repository name", (name) => {
		expect(
			grantedAccess(registry, "developer", [repository(name, "pull")]),
		).toEqual([]);
	});
});

// The access table as the design writes it: p pull, w create, r retag, d delete.
const TABLE: Readonly<
	Record<string, Readonly<Partial<Record<Principal, string>>>>
> = {
	sandbox: { anonymous: "pwr if open", developer: "pwrd", cleaner: "pd" },
	"ci-tests": {
		anonymous: "p if anonymousPull",
		developer: "p",
		ci: "pwr",
		cleaner: "pd",
	},
	"ci-snapshots": {
		anonymous: "p if anonymousPull",
		developer: "p",
		ci: "pw",
		promoter: "p",
		cleaner: "pd",
	},
	prod: {
		developer: "p",
		ci: "p",
		promoter: "pw",
		backup: "p",
		consumer: "p",
		cache: "p",
	},
};

const tier = (kind: string, port: number) =>
	fc.record({
		port: fc.constant(port),
		...(kind === "sandbox"
			? { open: fc.boolean() }
			: kind !== "prod" && { anonymousPull: fc.boolean() }),
		names: fc.constantFrom(["[a-z]+/[a-z]+"], ["[a-z]+"], [".+"]),
	});
const estates = fc
	.record({
		sandbox: tier("sandbox", 5001),
		"ci-tests": tier("ci-tests", 5002),
		"ci-snapshots": tier("ci-snapshots", 5003),
		prod: tier("prod", 5004),
	})
	.map((tiers) =>
		compileEstate({
			stack: "test",
			platform: "docker",
			tiers,
			promotion: { schedule: "0 * * * *", timeZone: "UTC" },
		} as EstateSpec),
	);

test("grants equal the access table in any estate", () => {
	fc.assert(
		fc.property(
			estates,
			fc.constantFrom(...PRINCIPALS),
			fc.constantFrom("app", "team/app", "a/b/c"),
			fc.subarray(["pull", "push", "delete", "*"], { minLength: 1 }),
			(estate, principal, name, actions) => {
				for (const { name: gateName, accounts } of estate.gates) {
					const { registries } = gateConfig(
						estate,
						gateName,
						({ name }) => `http://${name}:5000`,
					);
					for (const guarded of registries) {
						const found = estate.registries.find(
							(r) => r.name === guarded.name,
						);
						if (!found) throw new Error(guarded.name);
						const reachable =
							principal === "anonymous" ||
							accounts.some(
								(a) => a.principal === principal && a.registry === found.name,
							);
						const [cell = "", , flag] = (
							TABLE[found.tier]?.[principal] ?? ""
						).split(" ");
						const on =
							reachable && (!flag || found.flags[flag as "open"] === true);
						const held = on ? cell : "";
						const named = new RegExp(`^${found.naming.names[0]}$`).test(name);
						const all = actions.includes("*");
						const expected = [
							held.includes("p") && "pull",
							/[wr]/.test(held) && named && "push",
							held.includes("d") && "delete",
						].filter((a) => a && (all || actions.includes(a)));
						expect(
							grantedAccess(guarded, principal, [repository(name, ...actions)]),
						).toEqual(
							expected.length > 0
								? [{ type: "repository", name, actions: expected }]
								: [],
						);
					}
				}
			},
		),
	);
});
