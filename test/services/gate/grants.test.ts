import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { grantedAccess } from "../../../services/gate/grants.ts";
import { PRINCIPALS, type Principal } from "../../../topology/access.ts";
import { compileEstate } from "../../../topology/compile.ts";
import type { Estate, Registry } from "../../../topology/estate.ts";
import {
	type GateRegistry,
	gateConfig,
} from "../../../topology/gate-config.ts";
import { namingRule, SELF_TEST_REPOSITORY } from "../../../topology/naming.ts";
import { DEV_SPEC } from "../../topology/dev-estate.ts";

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
	cache: {
		anonymous: "p if anonymousPull",
		developer: "p",
		ci: "p",
		consumer: "p",
	},
};

const names = fc.constantFrom(["[a-z]+/[a-z]+"], ["[a-z]+"], [".+"]);
const tier = (port: number, flag: Record<string, fc.Arbitrary<boolean>>) =>
	fc.record({ port: fc.constant(port), names, ...flag });
const estates = fc
	.record({
		sandbox: tier(5001, { open: fc.boolean() }),
		"ci-tests": tier(5002, { anonymousPull: fc.boolean() }),
		"ci-snapshots": tier(5003, { anonymousPull: fc.boolean() }),
		prod: tier(5004, {}),
	})
	.map((tiers) => compileEstate({ ...DEV_SPEC, tiers }));

/** The letters of the table a principal holds at a registry, if it has an account there. */
function held(estate: Estate, { name, tier, flags }: Registry, who: Principal) {
	const known =
		who === "anonymous" ||
		estate.gates.some(({ accounts }) =>
			accounts.some((a) => a.principal === who && a.registry === name),
		);
	const [letters = "", , flag] = (TABLE[tier]?.[who] ?? "").split(" ");
	const on = flag === undefined || flags[flag as "open"] === true;
	return known && on ? letters : "";
}

test("grants equal the access table in any estate", () => {
	fc.assert(
		fc.property(
			estates,
			fc.constantFrom(...PRINCIPALS),
			fc.constantFrom("app", "team/app", "a/b/c", SELF_TEST_REPOSITORY),
			fc.subarray(["pull", "push", "delete", "*"], { minLength: 1 }),
			(estate, principal, name, actions) => {
				for (const registry of estate.registries) {
					const { registries } = gateConfig(
						estate,
						registry.gate,
						(r) => `http://${r.name}:5000`,
					);
					const guarded = registries.find((r) => r.name === registry.name);
					if (!guarded) throw new Error(`no gate before ${registry.name}`);
					const letters = held(estate, registry, principal);
					const taken =
						name === SELF_TEST_REPOSITORY ||
						new RegExp(`^${registry.naming.names[0]}$`).test(name);
					const expected = [
						letters.includes("p") && "pull",
						/[wr]/.test(letters) && taken && "push",
						letters.includes("d") && "delete",
					].filter(
						(action) =>
							action && (actions.includes(action) || actions.includes("*")),
					);
					expect(
						grantedAccess(guarded, principal, [repository(name, ...actions)]),
					).toEqual(
						expected.length > 0
							? [{ type: "repository", name, actions: expected }]
							: [],
					);
				}
			},
		),
	);
});
