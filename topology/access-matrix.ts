import { PRINCIPALS, type Principal, type Verb } from "./access.ts";
import type { Estate } from "./estate.ts";
import { verbsAt } from "./graph.ts";

/** What one principal may do at one registry. */
export interface AccessCell {
	readonly principal: Principal;
	/** Empty means refused. */
	readonly verbs: readonly Verb[];
}

/** Who may do what at one registry. */
export interface AccessRow {
	readonly registry: string;
	readonly tier: string;
	/** `home` or a region. */
	readonly location: string;
	/** One for each principal, in the order of `PRINCIPALS`. */
	readonly cells: readonly AccessCell[];
}

/** Who may do what in the whole estate: the table that a person checks a change by. */
export function accessMatrix(estate: Estate): readonly AccessRow[] {
	return estate.registries.map((registry) => ({
		registry: registry.name,
		tier: registry.tier,
		location: registry.location,
		cells: PRINCIPALS.map((principal) => ({
			principal,
			verbs: effective(verbsAt(estate, principal, registry), registry.mode),
		})),
	}));
}

// The public half of Prod and the caches take no write from anybody, whatever a token says.
function effective(verbs: readonly Verb[], mode: string): readonly Verb[] {
	return mode === "read-write"
		? verbs
		: verbs.filter((verb) => verb === "pull");
}

/** One right that a principal has got or lost. */
export interface AccessChange {
	readonly registry: string;
	readonly tier: string;
	readonly principal: Principal;
	readonly verb: Verb;
	readonly change: "granted" | "revoked";
}

/** The rights that differ between two matrices; a registry that is in one alone grants or revokes all of its own. */
export function accessChanges(
	before: readonly AccessRow[],
	after: readonly AccessRow[],
): readonly AccessChange[] {
	const had = rightsOf(before);
	const has = rightsOf(after);
	return [
		...[...has].flatMap(([key, right]) =>
			had.has(key) ? [] : [{ ...right, change: "granted" as const }],
		),
		...[...had].flatMap(([key, right]) =>
			has.has(key) ? [] : [{ ...right, change: "revoked" as const }],
		),
	];
}

type Right = Omit<AccessChange, "change">;

function rightsOf(matrix: readonly AccessRow[]): ReadonlyMap<string, Right> {
	return new Map(
		matrix.flatMap(({ registry, tier, cells }) =>
			cells.flatMap(({ principal, verbs }) =>
				verbs.map((verb): [string, Right] => [
					`${registry} ${principal} ${verb}`,
					{ registry, tier, principal, verb },
				]),
			),
		),
	);
}
