import { describe, expect, test } from "vitest";
import type { Principal, Verb } from "../../../../topology/access.ts";
import { account } from "../../../../topology/compile-accounts.ts";
import type { GateRegistry } from "../../../../topology/gate-config.ts";
import { DEV_SPEC } from "../../../topology/dev-estate.ts";
import {
	cellsWith,
	type Mutation,
	PROMOTED,
	reasonOf,
	startGuardedEstate,
} from "./guarded-estate.ts";

/** A gate that is told another thing about one registry. */
const toldOf =
	(name: string, change: (registry: GateRegistry) => Partial<GateRegistry>) =>
	(registry: GateRegistry): GateRegistry =>
		registry.name === name ? { ...registry, ...change(registry) } : registry;

/** A gate that grants a principal something else at one registry. */
const granting = (name: string, principal: Principal, ...verbs: Verb[]) =>
	toldOf(name, ({ grants }) => ({
		grants: { ...grants, [principal]: verbs },
	}));

async function failures(mutation: Mutation, ...registries: string[]) {
	const { selfTest } = await startGuardedEstate(mutation);
	return cellsWith(await selfTest(...registries), "failed");
}

describe("a gate that allows more than the table fails in exactly that cell", () => {
	test("a developer who may create in CI Tests", async () => {
		const gate = granting("ci-tests", "developer", "pull", "create");
		expect(await failures({ gate }, "ci-tests")).toEqual([
			"ci-tests developer create",
		]);
	}, 60_000);

	test("a developer who may move tags in CI Tests", async () => {
		const gate = granting("ci-tests", "developer", "pull", "retag");
		const { selfTest } = await startGuardedEstate({ gate });
		const report = await selfTest("ci-tests");
		// It may upload, as who creates, and only the tag is refused.
		expect(cellsWith(report, "failed")).toEqual([
			"ci-tests developer create",
			"ci-tests developer retag",
		]);
		expect(reasonOf(report, "ci-tests developer create")).toBe(
			"with developer-ci-tests: upload of a blob to self-test/access: expected a refusal, it was done",
		);
	}, 60_000);

	test("a ci that may delete in CI Snapshots", async () => {
		const gate = granting("ci-snapshots", "ci", "pull", "create", "delete");
		expect(await failures({ gate }, "ci-snapshots")).toEqual([
			"ci-snapshots ci delete",
		]);
	}, 60_000);

	test("tags that move in CI Snapshots", async () => {
		const gate = toldOf("ci-snapshots", ({ grants }) => ({
			createOnlyTags: false,
			grants: { ...grants, ci: ["pull", "create", "retag"] },
		}));
		const { selfTest } = await startGuardedEstate({ gate });
		const report = await selfTest("ci-snapshots");
		expect(cellsWith(report, "failed")).toEqual(["ci-snapshots ci retag"]);
		expect(reasonOf(report, "ci-snapshots ci retag")).toMatch(
			/^with ci-ci-snapshots: push of (sha256:\S+) to self-test\/access:main-1-0000000: expected a refusal, it was done; with ci-ci-snapshots: self-test\/access:main-1-0000000: expected it to point to sha256:\S+, it points to \1$/,
		);
	}, 60_000);

	test("anonymous clients that may pull from Prod", async () => {
		const gate = granting("prod", "anonymous", "pull");
		expect(await failures({ gate }, "prod")).toEqual(["prod anonymous pull"]);
	}, 60_000);

	test("a credential of another tier that opens Sandbox to ci", async () => {
		const gate = granting("sandbox", "ci", "pull");
		const accounts = [
			{ ...account(DEV_SPEC, "ci", "sandbox"), secret: "ci-ci-tests" },
		];
		const { selfTest } = await startGuardedEstate({ gate, accounts });
		const report = await selfTest("sandbox");
		expect(cellsWith(report, "failed")).toEqual(["sandbox ci pull"]);
		expect(reasonOf(report, "sandbox ci pull")).toBe(
			"with ci-ci-tests: pull of self-test/access:self-test-1: expected a refusal, it was done",
		);
	}, 60_000);

	test("a promoter that may move Prod's tags, and nothing is lost by trying", async () => {
		const gate = toldOf("prod-rw", ({ grants }) => ({
			createOnlyTags: false,
			grants: { ...grants, promoter: ["pull", "create", "retag"] },
		}));
		const { selfTest, store } = await startGuardedEstate({ gate });
		const report = await selfTest("prod-rw");
		expect(cellsWith(report, "failed")).toEqual(["prod-rw promoter retag"]);
		expect(reasonOf(report, "prod-rw promoter retag")).toContain(
			"expected a refusal with status 401, 403 or 405, PUT",
		);
		expect(store("prod").tag("team/app", "1.0.0")).toBe(PROMOTED.digest);
	}, 60_000);
});

describe("a gate that allows less than the table", () => {
	test("fails in the cell that should work", async () => {
		const gate = granting("ci-tests", "developer");
		expect(await failures({ gate }, "ci-tests")).toEqual([
			"ci-tests developer pull",
		]);
	}, 60_000);

	test("fails where the tier's own writer is refused, and refusals still count", async () => {
		const gate = granting("ci-tests", "ci", "pull");
		const { selfTest } = await startGuardedEstate({ gate });
		const report = await selfTest("ci-tests");
		expect(cellsWith(report, "failed")).toContain("ci-tests ci create");
		expect(cellsWith(report, "passed")).toContain("ci-tests developer delete");
		expect(reasonOf(report, "ci-tests developer pull")).toMatch(
			/^no image to try it with: POST .*\/v2\/self-test\/access\/blobs\/uploads\/ was refused with status 401/,
		);
	}, 60_000);
});

describe("no refusal by the tier", () => {
	test.each<[string, NonNullable<Mutation["fault"]>]>([
		["an error of the server", () => 503],
		["a connection that is cut", () => "cut"],
		["an image that is said not to exist", () => 404],
	])(
		"is %s: the cell fails",
		async (_, answer) => {
			const found = await failures(
				{
					fault: (request) =>
						request.registry === "prod" &&
						request.method === "GET" &&
						request.path.includes("/manifests/") &&
						request.subject === "archiver"
							? answer(request)
							: undefined,
					gate: granting("prod", "archiver"),
					accounts: [
						{
							...account(DEV_SPEC, "archiver", "prod"),
							secret: "archiver-archive",
						},
					],
				},
				"prod",
			);
			expect(found).toEqual(["prod archiver pull"]);
		},
		60_000,
	);

	test("is a refusal by a tier that does it all the same", async () => {
		const { selfTest } = await startGuardedEstate({
			gate: granting("ci-tests", "developer", "pull", "delete"),
			fault: ({ registry, method, subject }) =>
				registry === "ci-tests" &&
				method === "DELETE" &&
				subject === "developer"
					? "secretly"
					: undefined,
		});
		const report = await selfTest("ci-tests");
		expect(cellsWith(report, "failed")).toEqual(["ci-tests developer delete"]);
		expect(reasonOf(report, "ci-tests developer delete")).toMatch(
			/^with developer-ci-tests: self-test\/access:run-self-test-1: expected it to point to sha256:\S+, it is gone$/,
		);
	}, 60_000);

	test("comes from a registry that is away: all its cells fail, those of others do not", async () => {
		const { selfTest } = await startGuardedEstate({
			fault: ({ registry }) => (registry === "ci-tests" ? "cut" : undefined),
		});
		const report = await selfTest("ci-tests", "sandbox");
		expect(cellsWith(report, "failed")).toHaveLength(9 * 4);
		expect(cellsWith(report, "passed")).toHaveLength(9 * 4);
		expect(reasonOf(report, "ci-tests consumer delete")).toMatch(
			/^ci-tests does not answer: GET http:\/\/127\.0\.0\.1:\d+\/v2\/ failed/,
		);
	}, 60_000);
});

test("a registry that asks nobody for a token fails in every refused cell of a read", async () => {
	const found = await failures(
		{
			fault: ({ registry, method }) =>
				registry === "prod" && method === "GET" ? "open" : undefined,
		},
		"prod",
	);
	expect(found).toContain("prod anonymous pull");
}, 60_000);

test("a gate that allows a delete is not alone: the Archive's registry deletes for nobody", async () => {
	const gate = granting(
		"archive",
		"archiver",
		"pull",
		"create",
		"retag",
		"delete",
	);
	expect(await failures({ gate }, "archive")).toEqual([]);
}, 60_000);
