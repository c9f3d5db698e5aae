import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	type Current,
	planMirror,
} from "../../../../services/jobs/mirror/plan.ts";
import type { WantedTag } from "../../../../services/jobs/mirror/wanted-tag.ts";

const A = `sha256:${"a".repeat(64)}` as const;
const B = `sha256:${"b".repeat(64)}` as const;
const C = `sha256:${"c".repeat(64)}` as const;
const today = new Date("2026-11-24T12:00:00Z");

const follows: WantedTag = {
	registry: "docker.io",
	repository: "library/debian",
	tag: "12",
	file: "m.yaml",
	path: "images[0].tags[0]",
};
const pinned: WantedTag = { ...follows, pinned: B };
const overridden: WantedTag = {
	...follows,
	override: {
		image: { registry: "quay.io", repository: "team/debian", digest: C },
		owner: "team-base",
		reason: "patched openssl",
		expires: "2026-12-31",
		file: "m.yaml",
		path: "overrides[0]",
	},
};

const at = (digest: Current & object) => () => digest;
const none: Current = { digest: undefined };
const down: Current = { unreadable: "upstream away: no answer" };

function plan(wanted: WantedTag, archived: Current, upstream: Current) {
	const sight = { archived: at(archived), upstream: at(upstream) };
	const [step] = planMirror([wanted], sight, today);
	return step;
}

const fromUpstream = (digest: string) => ({
	registry: "docker.io",
	repository: "library/debian",
	digest,
});
const keptA = { digest: A, tag: "12-kept-20261124-aaaaaaaaaaaa" };
const keptC = { digest: C, tag: "12-kept-20261124-cccccccccccc" };

describe("a tag that follows upstream", () => {
	test.each<[string, Current, Current, object]>([
		[
			"is brought over when the Archive has it not",
			none,
			{ digest: B },
			{ action: "write", wanted: follows, source: fromUpstream(B) },
		],
		[
			"is left alone when it is the same",
			{ digest: B },
			{ digest: B },
			{ action: "leave", wanted: follows, digest: B },
		],
		[
			"moves after upstream, and what it pointed to is kept",
			{ digest: A },
			{ digest: B },
			{
				action: "write",
				wanted: follows,
				source: fromUpstream(B),
				kept: keptA,
			},
		],
		[
			"goes back to upstream when its override is gone, and the override's image is kept",
			{ digest: C },
			{ digest: B },
			{
				action: "write",
				wanted: follows,
				source: fromUpstream(B),
				kept: keptC,
			},
		],
		[
			"stays when upstream has it no longer",
			{ digest: A },
			none,
			{
				action: "drift",
				wanted: follows,
				digest: A,
				reason: `docker.io/library/debian has no tag 12 any more; the Archive keeps it at ${A}. Fix: pin it to that digest below 'dmap', or remove it from the list`,
			},
		],
		[
			"fails when nobody has it",
			none,
			none,
			{
				action: "fail",
				wanted: follows,
				reason:
					"docker.io/library/debian has no tag 12. Fix: correct the tag, or remove it from the list",
			},
		],
		[
			"fails when upstream is away, whatever the Archive has",
			{ digest: A },
			down,
			{ action: "fail", wanted: follows, reason: "upstream away: no answer" },
		],
		[
			"fails when the Archive cannot tell what it has",
			{ unreadable: "refused" },
			{ digest: B },
			{ action: "fail", wanted: follows, reason: "refused" },
		],
	])("%s", (_, archived, upstream, step) => {
		expect(plan(follows, archived, upstream)).toEqual(step);
	});
});

describe.each([
	["a pinned tag", pinned, fromUpstream(B)],
	["an overridden tag", overridden, overridden.override?.image],
] as const)("%s", (_, wanted, source) => {
	const digest = source?.digest;
	test.each<[string, Current, object]>([
		["is brought over", none, { action: "write", wanted, source }],
		[
			"is left alone where it is",
			{ digest: digest as typeof B },
			{ action: "leave", wanted, digest },
		],
		[
			"takes the place of what was there, which is kept",
			{ digest: A },
			{ action: "write", wanted, source, kept: keptA },
		],
	])("%s, and upstream is not asked", (_case, archived, step) => {
		const sight = {
			archived: at(archived),
			upstream: () => {
				throw new Error("not to be asked");
			},
		};
		expect(planMirror([wanted], sight, today)).toEqual([step]);
	});
});

test("what a tag points to is always kept before it moves, and nothing else is", () => {
	const currents = fc.oneof(
		fc.record({ digest: fc.constantFrom(A, B, C, undefined) }),
		fc.constant(down),
	);
	const tags = fc.constantFrom(follows, pinned, overridden);
	fc.assert(
		fc.property(tags, currents, currents, (wanted, archived, upstream) => {
			const step = plan(wanted, archived, upstream);
			if (step?.action !== "write") return;
			expect("unreadable" in archived).toBe(false);
			const before = "digest" in archived ? archived.digest : undefined;
			expect(step.kept?.digest).toBe(before);
			expect(step.source.digest).not.toBe(before);
		}),
	);
});
