import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	type Current,
	type PlanRules,
	planPromotions,
} from "../../../../services/jobs/promote/plan.ts";
import type { Promotion } from "../../../../services/jobs/promote/promotion-manifest.ts";
import { namingRule } from "../../../../topology/naming.ts";

const A = `sha256:${"a".repeat(64)}` as const;
const B = `sha256:${"b".repeat(64)}` as const;

const rules: PlanRules = {
	source: namingRule("ci-snapshots", true),
	destination: namingRule("prod", true),
	destinationHost: "prod.example.com",
};

const app: Promotion = {
	repository: "team/app",
	digest: A,
	tag: "1.0.0",
	file: "m.yaml",
	path: "[0]",
};

const at = (digest: Current) => () => digest;

describe("a promotion", () => {
	test("is copied when the tag is not there", () => {
		expect(planPromotions([app], rules, at({ digest: undefined }))).toEqual([
			{ action: "copy", promotion: app },
		]);
	});

	test("is skipped when the tag is at the digest, so that a rerun is harmless", () => {
		expect(planPromotions([app], rules, at({ digest: A }))).toEqual([
			{ action: "skip", promotion: app },
		]);
	});

	test("is refused when it would move the tag, with both digests", () => {
		expect(planPromotions([app], rules, at({ digest: B }))).toEqual([
			{
				action: "refuse",
				promotion: app,
				reason: `tag 1.0.0 is already at prod.example.com/team/app:1.0.0 = ${B}, got ${A}; tags there never move. Fix: choose a new tag or remove this line`,
			},
		]);
	});

	test("fails when the destination cannot be read: nothing is not what it has", () => {
		expect(
			planPromotions([app], rules, at({ unreadable: "no answer" })),
		).toEqual([{ action: "fail", promotion: app, reason: "no answer" }]);
	});

	test("that is refused does not touch the others", () => {
		const others = [app, { ...app, tag: "latest" }, { ...app, tag: "1.0.1" }];
		const actions = planPromotions(
			others,
			rules,
			at({ digest: undefined }),
		).map(({ action }) => action);
		expect(actions).toEqual(["copy", "refuse", "copy"]);
	});
});

describe("a name is refused", () => {
	test.each<[string, Partial<Promotion>, Partial<PlanRules>, string]>([
		[
			"that the source has not",
			{ repository: "app" },
			{},
			"repository app cannot be at the source; expected team/app. Fix: correct the name",
		],
		[
			"that the destination does not take",
			{},
			{ destination: namingRule("prod", true, { names: ["platform/.*"] }) },
			"repository team/app is not taken by the destination; expected a name like platform/.*. Fix: correct the name",
		],
		[
			"that is not on the list",
			{},
			{ repositories: ["web/.*", "team/ap"] },
			"repository team/app may not be promoted; expected web/.* or team/ap. Fix: have it added to the promoter's configuration",
		],
		[
			"with a tag that is no version",
			{ tag: "main-1-abcdef0" },
			{},
			"tag main-1-abcdef0 is not taken by the destination; expected a semantic version such as 1.4.2. Fix: choose another tag",
		],
		[
			"with a tag that hides a version",
			{ tag: "x1.0.0" },
			{},
			"tag x1.0.0 is not taken by the destination; expected a semantic version such as 1.4.2. Fix: choose another tag",
		],
		[
			"with the tag of a signature",
			{ tag: `sha256-${"a".repeat(64)}.sig` },
			{},
			`tag sha256-${"a".repeat(64)}.sig is that of a signature or the like; expected a semantic version such as 1.4.2. Fix: promote the image it belongs to`,
		],
	])("%s, whatever the destination has", (_, promotion, own, reason) => {
		const wanted = { ...app, ...promotion };
		const plan = planPromotions([wanted], { ...rules, ...own }, () => {
			throw new Error("not to be asked");
		});
		expect(plan).toEqual([{ action: "refuse", promotion: wanted, reason }]);
	});
});

test("nothing is ever copied over something else", () => {
	const digests = fc.constantFrom(A, B);
	const promotions = fc.record({
		repository: fc.constantFrom("team/app", "team/b", "a", "A/b"),
		digest: digests,
		tag: fc.constantFrom("1.0.0", "2.0.0", "latest", "x"),
		file: fc.constant("m.yaml"),
		path: fc.constant("[0]"),
	});
	const currents = fc.oneof(
		fc.record({ digest: fc.option(digests, { nil: undefined }) }),
		fc.constant({ unreadable: "down" }),
	);
	fc.assert(
		fc.property(fc.array(fc.tuple(promotions, currents)), (pairs) => {
			const state = new Map<Promotion, Current>(pairs);
			const steps = planPromotions(
				pairs.map(([promotion]) => promotion),
				rules,
				(promotion) => state.get(promotion) ?? { digest: undefined },
			);
			for (const { action, promotion } of steps) {
				const current = state.get(promotion as Promotion);
				if (action === "copy") expect(current).toEqual({ digest: undefined });
				if (action === "skip")
					expect(current).toEqual({ digest: promotion.digest });
			}
		}),
	);
});
