import { describe, expect, test } from "vitest";
import { accessChanges, accessMatrix } from "../../topology/access-matrix.ts";
import { devEstate } from "./dev-estate.ts";

const matrix = accessMatrix(devEstate());
const cell = (registry: string, principal: string) =>
	matrix
		.find((row) => row.registry === registry)
		?.cells.find((cell) => cell.principal === principal)?.verbs;

test("has a row for each registry and says what each principal may do there", () => {
	expect(cell("ci-snapshots", "ci")).toEqual(["pull", "create"]);
	expect(cell("prod-rw", "promoter")).toEqual(["pull", "create"]);
	expect(cell("prod-rw", "ci")).toEqual([]);
	expect(cell("sandbox", "ci")).toEqual([]);
});

test("grants no write at a registry that takes none, whatever the tier's table says", () => {
	expect(cell("prod", "promoter")).toEqual([]);
	expect(cell("prod-eu", "developer")).toEqual(["pull"]);
});

describe("what differs between two matrices", () => {
	test("is nothing when they are the same", () => {
		expect(accessChanges(matrix, accessMatrix(devEstate()))).toEqual([]);
	});

	test("is each right that was granted or revoked", () => {
		const after = matrix.map((row) =>
			row.registry === "prod"
				? {
						...row,
						cells: row.cells.map((cell) =>
							cell.principal === "anonymous"
								? { ...cell, verbs: ["pull" as const] }
								: cell.principal === "backup"
									? { ...cell, verbs: [] }
									: cell,
						),
					}
				: row,
		);
		const right = { registry: "prod", tier: "prod", verb: "pull" };
		expect(accessChanges(matrix, after)).toEqual([
			{ ...right, principal: "anonymous", change: "granted" },
			{ ...right, principal: "backup", change: "revoked" },
		]);
	});
});
