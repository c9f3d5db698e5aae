import { describe, expect, test } from "vitest";
import type { Children } from "../../../../services/jobs/cleanup/dependents.ts";
import {
	planRepository,
	type RepositoryState,
} from "../../../../services/jobs/cleanup/plan.ts";
import type { SeenTag } from "../../../../services/jobs/cleanup/seen-tag.ts";
import type { Digest } from "../../../../services/oci/digest.ts";

const NOW = Date.parse("2026-11-24T03:00:00Z");
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A digest that is easy to tell from others. */
const d = (digit: string): Digest => `sha256:${digit.repeat(64)}`;
const fallback = (digest: Digest, suffix = "") =>
	`${digest.replace(":", "-")}${suffix}`;

/** A tag of this age; each has a digest of its own unless one is given. */
function tag(name: string, age: number, own: Partial<SeenTag> = {}): SeenTag {
	const hex = Buffer.from(name).toString("hex").padEnd(64, "0").slice(0, 64);
	const firstSeen = NOW - age;
	return { name, digest: `sha256:${hex}`, isIndex: false, firstSeen, ...own };
}

const index = (name: string, age: number, digest: Digest) =>
	tag(name, age, { digest, isIndex: true });

interface Options {
	readonly days?: number;
	readonly keep?: number;
	readonly children?: Children;
	readonly unresolved?: RepositoryState["unresolved"];
}

function plan(
	tags: readonly SeenTag[],
	{ days = 14, keep = 0, children = new Map(), unresolved = [] }: Options = {},
) {
	const { verdicts, unread } = planRepository(
		{ tags, unresolved },
		{ days, keep },
		NOW,
		children,
	);
	return {
		unread,
		lines: verdicts.map(
			({ tag: { name }, action, reason }) =>
				`${action} ${name} because ${reason}`,
		),
	};
}

describe("a tag", () => {
	test.each<[string, number, Options, string]>([
		[
			"that was never seen stays",
			0,
			{},
			"keep a because it is seen for the first time",
		],
		[
			"within the grace period stays, whatever the rule",
			DAY,
			{ days: 0 },
			"keep a because it is 24.0 hours old, within the grace period of 24 hours",
		],
		[
			"just out of the grace period goes by the rule",
			DAY + 1,
			{ days: 0 },
			"remove a because it is 24.0 hours old, and 0 days are kept",
		],
		[
			"as old as the rule keeps stays",
			14 * DAY,
			{},
			"keep a because it is 14.0 days old, and 14 days are kept",
		],
		[
			"older than that goes",
			14 * DAY + 1,
			{},
			"remove a because it is 14.0 days old, and 14 days are kept",
		],
		[
			"is not said to be older than it is",
			14 * DAY - 1,
			{},
			"keep a because it is 13.9 days old, and 14 days are kept",
		],
		[
			"of hours is told in hours",
			DAY + 6 * HOUR,
			{ days: 1 },
			"remove a because it is 30.0 hours old, and 1 day is kept",
		],
		[
			"among the newest stays however old",
			400 * DAY,
			{ keep: 1 },
			"keep a because it is number 1 of the newest 1, which are kept",
		],
		[
			"from the future stays: a clock that runs backwards removes nothing",
			-DAY,
			{},
			"keep a because it was first seen at 2026-11-25T03:00:00.000Z, which is yet to come: the clock has run backwards",
		],
	])("%s", (_, age, options, line) => {
		expect(plan([tag("a", age)], options)).toEqual({
			unread: [],
			lines: [line],
		});
	});

	test("counts among the newest by its first sight", () => {
		const tags = [tag("a", 30 * DAY), tag("b", 20 * DAY), tag("c", 40 * DAY)];
		expect(plan(tags, { keep: 2 }).lines).toEqual([
			"keep a because it is number 2 of the newest 2, which are kept",
			"keep b because it is number 1 of the newest 2, which are kept",
			"remove c because it is 40.0 days old, and 14 days are kept; it is number 3, and the newest 2 are kept",
		]);
	});

	test("that was first seen with others is newer than those whose names come before it", () => {
		const names = ["main-9-abcdef0", "main-100-abcdef0", "main-99-abcdef0"];
		const tags = names.map((name) => tag(name, 30 * DAY));
		expect(plan(tags, { keep: 1 }).lines).toEqual([
			"remove main-9-abcdef0 because it is 30.0 days old, and 14 days are kept; it is number 3, and the newest 1 are kept",
			"keep main-100-abcdef0 because it is number 1 of the newest 1, which are kept",
			"remove main-99-abcdef0 because it is 30.0 days old, and 14 days are kept; it is number 2, and the newest 1 are kept",
		]);
	});

	test("that is young counts among the newest, so that old ones make room for it", () => {
		expect(
			plan([tag("new", HOUR), tag("old", 30 * DAY)], { keep: 1 }).lines,
		).toEqual([
			"keep new because it is 1.0 hours old, within the grace period of 24 hours",
			"remove old because it is 30.0 days old, and 14 days are kept; it is number 2, and the newest 1 are kept",
		]);
	});

	test("that shares its digest with one that stays stays", () => {
		const tags = [
			tag("new", 2 * DAY, { digest: d("a") }),
			tag("old", 30 * DAY, { digest: d("a") }),
			tag("other", 30 * DAY, { digest: d("b") }),
			tag("twin", 30 * DAY, { digest: d("b") }),
		];
		expect(plan(tags).lines).toEqual([
			"keep new because it is 2.0 days old, and 14 days are kept",
			"keep old because it shares its digest with new, which stays",
			"remove other because it is 30.0 days old, and 14 days are kept",
			"remove twin because it is 30.0 days old, and 14 days are kept",
		]);
	});
});

describe("a fallback tag", () => {
	const app = d("a");
	const young = tag("app", 2 * DAY, { digest: app });
	const youngLine = "keep app because it is 2.0 days old, and 14 days are kept";

	test.each(["", ".sig", ".att", ".sbom"])(
		"'sha256-…%s' stays with its subject",
		(suffix) => {
			const name = fallback(app, suffix);
			expect(plan([young, tag(name, 30 * DAY)])).toEqual({
				unread: [],
				lines: [
					youngLine,
					`keep ${name} because it belongs to app, which stays`,
				],
			});
		},
	);

	test("goes by its age together with its subject", () => {
		const name = fallback(app);
		expect(
			plan([tag("app", 30 * DAY, { digest: app }), tag(name, 20 * DAY)]).lines,
		).toEqual([
			"remove app because it is 30.0 days old, and 14 days are kept",
			`remove ${name} because it is 20.0 days old, and 14 days are kept; nothing that stays needs it`,
		]);
		expect(plan([tag(name, 10 * DAY)]).lines).toEqual([
			`keep ${name} because it is 10.0 days old, and 14 days are kept`,
		]);
	});

	test("is no image of its own: it takes no place among the newest and has none", () => {
		const name = fallback(d("f"));
		const tags = [tag("app", 30 * DAY), tag(name, 20 * DAY)];
		expect(plan(tags, { keep: 1 }).lines).toEqual([
			"keep app because it is number 1 of the newest 1, which are kept",
			`remove ${name} because it is 20.0 days old, and 14 days are kept; nothing that stays needs it`,
		]);
	});

	test("of a part of an index that stays stays, once the index was read", () => {
		const name = fallback(d("1"), ".sig");
		const tags = [index("app", 2 * DAY, d("a")), tag(name, 30 * DAY)];
		expect(plan(tags).unread).toEqual([d("a")]);
		const children = new Map([
			[d("a"), [{ digest: d("1"), isIndex: false }]],
		]) satisfies Children;
		expect(plan(tags, { children })).toEqual({
			unread: [],
			lines: [
				youngLine,
				`keep ${name} because it belongs to a part of app, which stays`,
			],
		});
	});

	test("of a part of an index in an index stays", () => {
		const name = fallback(d("1"));
		const tags = [index("app", 2 * DAY, d("a")), tag(name, 30 * DAY)];
		const outer = new Map([[d("a"), [{ digest: d("b"), isIndex: true }]]]);
		expect(plan(tags, { children: outer }).unread).toEqual([d("b")]);
		const both = new Map([
			...outer,
			[d("b"), [{ digest: d("1"), isIndex: false }]],
		]);
		expect(plan(tags, { children: both }).lines[1]).toBe(
			`keep ${name} because it belongs to a part of app, which stays`,
		);
	});

	test("costs no reading when it is plain who needs it, or nobody old enough is left", () => {
		const own = index("app", 2 * DAY, d("a"));
		expect(plan([own, tag(fallback(d("a")), 30 * DAY)]).unread).toEqual([]);
		expect(plan([own, tag(fallback(d("1")), 3 * DAY)]).unread).toEqual([]);
		expect(plan([own, tag("old", 30 * DAY)]).unread).toEqual([]);
	});

	test("of something that only indexes which go name costs no reading of them", () => {
		const tags = [
			index("old", 30 * DAY, d("a")),
			tag(fallback(d("1")), 30 * DAY),
		];
		expect(plan(tags).unread).toEqual([]);
	});

	test("of a signature stays with the signature's subject", () => {
		const list = fallback(app);
		const ofSignature = fallback(d("5"), ".sig");
		const tags = [
			young,
			index(list, 30 * DAY, d("b")),
			tag(ofSignature, 30 * DAY),
		];
		expect(plan(tags).unread).toEqual([d("b")]);
		const children = new Map([[d("b"), [{ digest: d("5"), isIndex: false }]]]);
		expect(plan(tags, { children }).lines).toEqual([
			youngLine,
			`keep ${list} because it belongs to app, which stays`,
			`keep ${ofSignature} because it belongs to a part of ${list}, which stays`,
		]);
	});

	test("that stays keeps a tag of the same digest", () => {
		const name = fallback(app);
		const tags = [
			young,
			tag(name, 30 * DAY, { digest: d("c") }),
			tag("sig", 30 * DAY, { digest: d("c") }),
		];
		expect(plan(tags).lines[2]).toBe(
			`keep sig because it shares its digest with ${name}, which stays`,
		);
	});

	test("stays when an index that may need it cannot be read", () => {
		const name = fallback(d("1"));
		const tags = [index("app", 2 * DAY, d("a")), tag(name, 30 * DAY)];
		const children = new Map([[d("a"), { unreadable: "no answer" }]]);
		expect(plan(tags, { children })).toEqual({
			unread: [],
			lines: [
				youngLine,
				`keep ${name} because an index that may need it could not be read: no answer`,
			],
		});
	});

	test("stays when a tag that may need it cannot be looked at; other tags do not", () => {
		const name = fallback(d("1"));
		const tags = [tag("old", 30 * DAY), tag(name, 30 * DAY)];
		expect(plan(tags, { unresolved: [{ name: "broken" }] })).toEqual({
			unread: [],
			lines: [
				"remove old because it is 30.0 days old, and 14 days are kept",
				`keep ${name} because broken, which could not be looked at, may need it`,
			],
		});
	});

	test("whose name only looks like one is a tag like others", () => {
		const name = `${fallback(app)}.exe`;
		expect(plan([young, tag(name, 30 * DAY)]).lines[1]).toBe(
			`remove ${name} because it is 30.0 days old, and 14 days are kept`,
		);
	});
});
