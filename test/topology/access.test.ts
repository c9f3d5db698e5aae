import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	allowedVerbs,
	mayListRepositories,
	PRINCIPALS,
	type Principal,
	tokenActions,
	VERBS,
	type Verb,
} from "../../topology/access.ts";
import { TIER_KINDS, type TierKind } from "../../topology/tier-kinds.ts";

// The table of the design, typed a second time by hand: p pull, w create, r retag, d delete.
const DESIGN: Record<TierKind, Partial<Record<Principal, string>>> = {
	sandbox: { developer: "pwrd", cleaner: "pd" },
	"ci-tests": { developer: "p", ci: "pwr", cleaner: "pd" },
	"ci-snapshots": { developer: "p", ci: "pw", promoter: "p", cleaner: "pd" },
	prod: {
		developer: "p",
		ci: "p",
		promoter: "pw",
		backup: "p",
		consumer: "p",
		cache: "p",
	},
	cache: { developer: "p", ci: "p", consumer: "p" },
	archive: {
		developer: "p",
		ci: "p",
		archiver: "pwr",
		backup: "p",
		cache: "p",
	},
};
const LETTERS: Record<string, Verb> = {
	p: "pull",
	w: "create",
	r: "retag",
	d: "delete",
};
const cells = TIER_KINDS.flatMap((kind) =>
	PRINCIPALS.map((principal) => ({ kind, principal })),
);

test.each(cells)(
	"$principal at $kind has just what the design says",
	({ kind, principal }) => {
		const wanted = [...(DESIGN[kind][principal] ?? "")].map((l) => LETTERS[l]);
		expect(allowedVerbs(kind, principal)).toEqual(wanted);
	},
);

describe("anonymous clients", () => {
	test("have nothing unless a flag is on", () => {
		for (const kind of TIER_KINDS) {
			expect(allowedVerbs(kind, "anonymous")).toEqual([]);
		}
	});

	test("may push to an open Sandbox, and nowhere else", () => {
		const pushable = TIER_KINDS.filter((kind) =>
			tokenActions(
				allowedVerbs(kind, "anonymous", { open: true, anonymousPull: true }),
			).includes("push"),
		);
		expect(pushable).toEqual(["sandbox"]);
	});

	test("may pull with anonymousPull from CI, caches and Archive, never from Prod", () => {
		const pullable = TIER_KINDS.filter(
			(kind) =>
				allowedVerbs(kind, "anonymous", { anonymousPull: true }).length > 0,
		);
		expect(pullable).toEqual(["ci-tests", "ci-snapshots", "cache", "archive"]);
	});

	test("never delete", () => {
		for (const kind of TIER_KINDS) {
			expect(
				allowedVerbs(kind, "anonymous", { open: true, anonymousPull: true }),
			).not.toContain("delete");
		}
	});
});

test("repositories are listed by jobs alone, each where it works", () => {
	const listing = cells
		.filter(({ kind, principal }) => mayListRepositories(kind, principal))
		.map(({ kind, principal }) => `${principal}@${kind}`);
	expect(listing).toEqual([
		"cleaner@sandbox",
		"cleaner@ci-tests",
		"promoter@ci-snapshots",
		"cleaner@ci-snapshots",
		"promoter@prod",
		"backup@prod",
		"archiver@archive",
		"backup@archive",
	]);
});

test("token actions follow from the verbs: create and retag are both push", () => {
	fc.assert(
		fc.property(fc.subarray([...VERBS]), (verbs) => {
			const actions = tokenActions(verbs);
			expect(actions.includes("pull")).toBe(verbs.includes("pull"));
			expect(actions.includes("delete")).toBe(verbs.includes("delete"));
			expect(actions.includes("push")).toBe(
				verbs.includes("create") || verbs.includes("retag"),
			);
		}),
	);
});
