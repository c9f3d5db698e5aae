import type { TierKind } from "./tier-kinds.ts";

/** Who can hold a credential, from nobody at all to the jobs of the estate. */
export const PRINCIPALS = [
	"anonymous",
	"developer",
	"ci",
	"promoter",
	"cleaner",
	"archiver",
	"backup",
	"consumer",
	"cache",
] as const;
export type Principal = (typeof PRINCIPALS)[number];

/** `create` writes a new tag, `retag` moves an existing one, `delete` removes tags and manifests. */
export const VERBS = ["pull", "create", "retag", "delete"] as const;
export type Verb = (typeof VERBS)[number];

/** Switches of one tier that widen what anonymous clients may do. Both are off unless set. */
export interface AccessFlags {
	/** Sandbox only: anyone who reaches the tier may push. */
	readonly open?: boolean;
	/** Anyone who reaches the tier may pull. */
	readonly anonymousPull?: boolean;
}

const P = ["pull"] as const;
const PW = ["pull", "create"] as const;
const PWR = ["pull", "create", "retag"] as const;
const PD = ["pull", "delete"] as const;
const PWRD = ["pull", "create", "retag", "delete"] as const;

type Row = Readonly<
	Partial<Record<Exclude<Principal, "anonymous">, readonly Verb[]>>
>;

/**
 * Who may do what. What is not here is refused.
 *
 * Every enforcer (token service, fronts, network rules, IAM) is rendered from this table and the
 * self-test proves it cell by cell; nothing else in the project grants a right.
 */
export const ACCESS: Readonly<Record<TierKind, Row>> = {
	sandbox: { developer: PWRD, cleaner: PD },
	// CI cannot read Sandbox: `FROM sandbox/x` in a build would be a path to production.
	"ci-tests": { developer: P, ci: PWR, cleaner: PD },
	"ci-snapshots": { developer: P, ci: PW, promoter: P, cleaner: PD },
	prod: { developer: P, ci: P, promoter: PW, backup: P, consumer: P, cache: P },
	cache: { developer: P, ci: P, consumer: P },
	archive: { developer: P, ci: P, archiver: PWR, backup: P, cache: P },
};

/** What anonymous clients get where a flag is on. A flag that is not listed for a kind is an error there. */
export const ANONYMOUS_ACCESS: Readonly<
	Record<
		TierKind,
		Readonly<Partial<Record<keyof AccessFlags, readonly Verb[]>>>
	>
> = {
	sandbox: { open: PWR },
	"ci-tests": { anonymousPull: P },
	"ci-snapshots": { anonymousPull: P },
	prod: {},
	cache: { anonymousPull: P },
	archive: { anonymousPull: P },
};

/** The tiers whose repositories a principal may list (`registry:catalog:*`), which jobs need and nobody else. */
export const CATALOG_ACCESS: Readonly<
	Partial<Record<Principal, readonly TierKind[]>>
> = {
	cleaner: ["sandbox", "ci-tests", "ci-snapshots"],
	promoter: ["ci-snapshots", "prod"],
	archiver: ["archive"],
	backup: ["prod", "archive"],
};

/** The verbs a principal has on a tier of this kind; empty means refused. */
export function allowedVerbs(
	kind: TierKind,
	principal: Principal,
	flags: AccessFlags = {},
): readonly Verb[] {
	if (principal !== "anonymous") return ACCESS[kind][principal] ?? [];
	const byFlag = ANONYMOUS_ACCESS[kind];
	if (flags.open && byFlag.open) return byFlag.open;
	if (flags.anonymousPull && byFlag.anonymousPull) return byFlag.anonymousPull;
	return [];
}

/** Whether a principal may list the repositories of a tier of this kind. */
export function mayListRepositories(
	kind: TierKind,
	principal: Principal,
): boolean {
	return CATALOG_ACCESS[principal]?.includes(kind) ?? false;
}

/** The actions of the distribution token specification. */
export type TokenAction = "pull" | "push" | "delete";

/**
 * The registry's own actions for a set of verbs. `create` and `retag` are both `push` to the
 * registry; telling them apart is the gate's work.
 */
export function tokenActions(verbs: readonly Verb[]): readonly TokenAction[] {
	const actions: TokenAction[] = [];
	if (verbs.includes("pull")) actions.push("pull");
	if (verbs.includes("create") || verbs.includes("retag")) actions.push("push");
	if (verbs.includes("delete")) actions.push("delete");
	return actions;
}

/** The principals that hold any right on a tier of this kind, in the order of the table. */
export function principalsOf(kind: TierKind): readonly Principal[] {
	return PRINCIPALS.filter((principal) => ACCESS[kind][principal as never]);
}
