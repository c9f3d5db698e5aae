import fc from "fast-check";
import { expect, test } from "vitest";
import type {
	Child,
	Children,
} from "../../../../services/jobs/cleanup/dependents.ts";
import { planRepository } from "../../../../services/jobs/cleanup/plan.ts";
import {
	type SeenTag,
	subjectOf,
} from "../../../../services/jobs/cleanup/seen-tag.ts";
import type { Digest } from "../../../../services/oci/digest.ts";
import type { RetentionRule } from "../../../../topology/retention.ts";

const HOUR = 3_600_000;
const NOW = Date.parse("2026-11-24T03:00:00Z");

// Few, so that tags share them, indexes name them and signatures belong to them.
const DIGESTS = 8;
const digestOf = (n: number): Digest => `sha256:${`${n}`.repeat(64)}`;

interface Repository {
	readonly tags: readonly SeenTag[];
	readonly children: Children;
}

// Which manifests each one names: only some after it, since by digest nothing can name itself.
const graphs = fc
	.array(fc.uniqueArray(fc.nat(DIGESTS - 1)), {
		minLength: DIGESTS,
		maxLength: DIGESTS,
	})
	.map((graph) => graph.map((named, n) => named.filter((m) => m > n)));

const names = fc.oneof(
	fc.constantFrom("a", "b", "main-1", "main-2", "main-10"),
	fc
		.tuple(fc.nat(DIGESTS - 1), fc.constantFrom("", ".sig", ".att", ".sbom"))
		.map(([n, suffix]) => `${digestOf(n).replace(":", "-")}${suffix}`),
);

const pointers = fc.uniqueArray(
	fc.record({
		name: names,
		n: fc.nat(DIGESTS - 1),
		hours: fc.integer({ min: -48, max: 24 * 40 }),
	}),
	{ selector: ({ name }) => name, maxLength: 14 },
);

const repositories = fc
	.tuple(graphs, pointers)
	.map(([graph, tags]): Repository => {
		const isIndex = (n: number) => (graph[n] ?? []).length > 0;
		const child = (n: number): Child => ({
			digest: digestOf(n),
			isIndex: isIndex(n),
		});
		return {
			tags: tags.map(({ name, n, hours }) => ({
				name,
				...child(n),
				firstSeen: NOW - hours * HOUR,
			})),
			children: new Map(
				graph.map((named, n) => [digestOf(n), named.map(child)]),
			),
		};
	});

const rules = fc.record({
	days: fc.integer({ min: 0, max: 30 }),
	keep: fc.integer({ min: 0, max: 4 }),
});

/** Everything that a tag leads to. */
function closureOf(tag: SeenTag, children: Children): ReadonlySet<Digest> {
	const found = new Set<Digest>();
	const visit = (digest: Digest) => {
		found.add(digest);
		const named = children.get(digest) ?? [];
		if ("unreadable" in named) return;
		for (const child of named) visit(child.digest);
	};
	visit(tag.digest);
	return found;
}

function plan({ tags, children }: Repository, rule: RetentionRule) {
	const { verdicts, unread } = planRepository(
		{ tags, unresolved: [] },
		rule,
		NOW,
		children,
	);
	const of = (wanted: string) =>
		verdicts.filter(({ action }) => action === wanted).map(({ tag }) => tag);
	return { unread, kept: of("keep"), removed: of("remove") };
}

function holds(
	check: (
		ends: ReturnType<typeof plan>,
		repository: Repository,
		rule: RetentionRule,
	) => void,
): void {
	fc.assert(
		fc.property(repositories, rules, (repository, rule) => {
			check(plan(repository, rule), repository, rule);
		}),
		{ numRuns: 1000 },
	);
}

test("each tag is judged once, and finally when all indexes are known", () => {
	holds(({ unread, kept, removed }, { tags }) => {
		expect(unread).toEqual([]);
		expect([...kept, ...removed].toSorted(byName)).toEqual(
			tags.toSorted(byName),
		);
	});
});

test("no digest that a kept tag points to loses a tag", () => {
	holds(({ kept, removed }) => {
		const digests = new Set(kept.map(({ digest }) => digest));
		expect(removed.filter(({ digest }) => digests.has(digest))).toEqual([]);
	});
});

test("nothing that a kept tag leads to loses its signatures", () => {
	holds(({ kept, removed }, { children }) => {
		const needed = new Set(
			kept.flatMap((tag) => [...closureOf(tag, children)]),
		);
		const lost = removed.filter((tag) => {
			const subject = subjectOf(tag);
			return subject !== undefined && needed.has(subject);
		});
		expect(lost).toEqual([]);
	});
});

test("no tag younger than a day goes, nor one from the future", () => {
	holds(({ removed }) => {
		expect(
			removed.filter(({ firstSeen }) => NOW - firstSeen <= 24 * HOUR),
		).toEqual([]);
	});
});

test("the newest tags stay, as many as the rule says", () => {
	holds(({ kept, removed }, { tags }, { keep }) => {
		const images = (list: readonly SeenTag[]) =>
			list.filter((tag) => subjectOf(tag) === undefined);
		expect(images(kept).length).toBeGreaterThanOrEqual(
			Math.min(keep, images(tags).length),
		);
		if (keep === 0) return;
		const gone = images(removed);
		const newer = (tag: SeenTag) =>
			images(tags).filter(({ firstSeen }) => firstSeen >= tag.firstSeen);
		for (const tag of gone) {
			// The tag itself counts, and so do those that were seen together with it.
			expect(newer(tag).length).toBeGreaterThan(keep);
		}
	});
});

test("what is younger than the rule's days stays", () => {
	holds(({ removed }, _, { days }) => {
		expect(
			removed.filter(({ firstSeen }) => NOW - firstSeen <= days * 24 * HOUR),
		).toEqual([]);
	});
});

test("a second plan of what is left removes nothing", () => {
	holds(({ kept }, { children }, rule) => {
		expect(plan({ tags: kept, children }, rule).removed).toEqual([]);
	});
});

test("a plan that knows no index asks for some, or is the same as one that knows them all", () => {
	holds(({ removed }, { tags }, rule) => {
		const blind = plan({ tags, children: new Map() }, rule);
		if (blind.unread.length === 0) expect(blind.removed).toEqual(removed);
	});
});

function byName(a: SeenTag, b: SeenTag): number {
	return a.name < b.name ? -1 : 1;
}
