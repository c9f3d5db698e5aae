import { describe, expect, test } from "vitest";
import { formatProblem } from "../../../../services/jobs/problem.ts";
import {
	type ExpandRulesOptions,
	expandRules,
} from "../../../../services/jobs/promote/expand-rules.ts";
import { RULE } from "./rule-harness.ts";

const SHA = "0a1b2c3";
const rule = { ...RULE, file: "m.yaml", path: "rules[0]" };
const place = { file: "m.yaml", path: "rules[0]" };

function expand(
	tags: Readonly<Record<string, readonly string[]>>,
	rules = [rule],
	options?: ExpandRulesOptions,
) {
	return expandRules(rules, new Map(Object.entries(tags)), options);
}

test("a tag of the source that matches is offered under the tag the rule makes of it", () => {
	expect(
		expand({
			"team/app": [`1.4.2-${SHA}`, `main-7-${SHA}`, "1.4.2"],
			"web/app": [`1.4.2-${SHA}`],
		}),
	).toEqual({
		candidates: [
			{
				repository: "team/app",
				sourceTag: `1.4.2-${SHA}`,
				tag: "1.4.2",
				...place,
			},
		],
		problems: [],
	});
});

test("patterns hold for whole names and tags", () => {
	expect(
		expand({ "my-team/app": [`1.4.2-${SHA}`], "team/app": [`v1.4.2-${SHA}`] }),
	).toEqual({ candidates: [], problems: [] });
});

test("groups are filled in by number and by name, empty where they took no part", () => {
	const tags = "v(?<major>[0-9]+)(\\.[0-9]+)?(-rc)?-[0-9a-f]{7}";
	const { candidates } = expand({ "team/app": [`v3.1-${SHA}`] }, [
		{ ...rule, tags, promote: "$<major>$2$3.$1" },
	]);
	expect(candidates.map(({ tag }) => tag)).toEqual(["3.1.3"]);
});

test("signatures and images of the self-test are never offered", () => {
	const tags = "(.*)-?[0-9a-f.sig]+";
	expect(
		expand(
			{
				"team/app": [`sha256-${"a".repeat(64)}.sig`],
				"self-test/access": ["main-1-0000000"],
			},
			[{ ...rule, repositories: [".*"], tags }],
		),
	).toEqual({ candidates: [], problems: [] });
});

describe("two tags that are to become the same one", () => {
	const conflict = `1.4.2-aaaaaaa and 1.4.2-bbbbbbb are both to become 1.4.2, by m.yaml:rules[0] and m.yaml:rules[0]; expected one image for a tag; neither is promoted. Fix: list the one that is meant in a manifest`;
	const rivals = {
		"team/app": ["1.4.2-aaaaaaa", "1.4.2-bbbbbbb", "1.4.3-c0ffee1"],
	};

	test("are promoted neither, and both are named", () => {
		expect(expand(rivals).candidates).toEqual([
			{
				repository: "team/app",
				sourceTag: "1.4.2-aaaaaaa",
				tag: "1.4.2",
				...place,
				reason: conflict,
			},
			{
				repository: "team/app",
				sourceTag: "1.4.3-c0ffee1",
				tag: "1.4.3",
				...place,
			},
		]);
	});

	test("are left to the manifest that lists the tag", () => {
		const { candidates } = expand(rivals, [rule], {
			listed: [{ repository: "team/app", tag: "1.4.2" }],
		});
		expect(candidates.map(({ tag }) => tag)).toEqual(["1.4.3"]);
	});

	test("of different repositories have nothing to do with each other", () => {
		const { candidates } = expand({
			"team/a": [`1.4.2-${SHA}`],
			"team/b": [`1.4.2-${SHA}`],
		});
		expect(candidates.map(({ reason }) => reason)).toEqual([
			undefined,
			undefined,
		]);
	});
});

test("a tag that two rules offer in the same way is offered once", () => {
	const rules = [rule, { ...rule, path: "rules[1]" }];
	const { candidates } = expand({ "team/app": [`1.4.2-${SHA}`] }, rules);
	expect(candidates.map(({ path, reason }) => [path, reason])).toEqual([
		["rules[0]", undefined],
	]);
});

describe("a tag that nobody can have is named with the rule to correct:", () => {
	const grammar =
		"expected 1 to 128 of letters, digits, '_', '.', '-', not beginning with '.' or '-'";
	test.each([
		["of nothing", "(x?)1-y", "1-y", '"": not a tag', grammar],
		["that begins with a hyphen", "1(-y)", "1-y", '"-y": not a tag', grammar],
		[
			"latest",
			"1-(latest)",
			"1-latest",
			'"latest": tag without a version',
			"expected a tag that never moves",
		],
		[
			"of a signature",
			"1-(sha256-a+)",
			`1-sha256-${"a".repeat(64)}`,
			`"sha256-${"a".repeat(64)}": tag of a signature or the like`,
			"expected a version",
		],
	])("%s", (_, tags, sourceTag, what, expected) => {
		const { candidates } = expand({ "team/app": [sourceTag] }, [
			{ ...rule, tags },
		]);
		expect(candidates.map(({ reason }) => reason)).toEqual([
			`the rule makes ${what}; ${expected}. Fix: correct the rule`.replace(
				/^(the rule makes "[^"]*"):/,
				"$1 of it:",
			),
		]);
	});

	test("latest is none of them where it is allowed", () => {
		const { candidates } = expand(
			{ "team/app": ["1-latest"] },
			[{ ...rule, tags: "1-(latest)" }],
			{ allowLatest: true },
		);
		expect(candidates[0]?.reason).toBeUndefined();
	});
});

test("a rule that takes hours is given up, and the others are followed", () => {
	const slow = { ...rule, path: "rules[1]", tags: "x?[a-z](?:y+)+-(z)" };
	const { candidates, problems } = expand(
		{ "team/app": [`xq${"y".repeat(100)}`, `1.4.2-${SHA}`] },
		[slow, rule],
		{ milliseconds: 200 },
	);
	expect(candidates.map(({ tag }) => tag)).toEqual(["1.4.2"]);
	expect(problems.map(formatProblem)).toEqual([
		'm.yaml:rules[1]: rule takes too long, got "x?[a-z](?:y+)+-(z)"; expected patterns that match a text in one way alone. Fix: leave no repetition directly inside of another, as in (a+)+.',
	]);
});

test("100,000 tags take seconds", () => {
	const tags = Array.from({ length: 100_000 }, (_, i) => `1.${i}.0-${SHA}`);
	const started = performance.now();
	expect(expand({ "team/app": tags }).candidates).toHaveLength(100_000);
	expect(performance.now() - started).toBeLessThan(8_000);
});
