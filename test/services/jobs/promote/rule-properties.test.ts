import fc from "fast-check";
import { expect, test } from "vitest";
import { expandRules } from "../../../../services/jobs/promote/expand-rules.ts";
import { anchored, TAG } from "../../../../topology/naming.ts";
import { parseRule } from "./rule-harness.ts";

const place = { file: "m.yaml", path: "rules[0]" };
// Parts without repetition: what takes long is tried out elsewhere.
const part = fc.constantFrom(
	"(a)",
	"(b|c)",
	"(?<x>d)?",
	"[0-9]",
	"-",
	"\\.",
	"e",
);
const pattern = fc
	.array(part, { minLength: 1, maxLength: 5 })
	.map((parts) => parts.join(""))
	.filter((text) => text.split("?<x>").length < 3);
const template = fc
	.array(fc.constantFrom("$1", "$2", "$<x>", "v", "1", ".", "-", "$"), {
		minLength: 1,
		maxLength: 4,
	})
	.map((parts) => parts.join(""));
const rules = fc.record({
	repositories: fc.constant(["team/.*"]),
	tags: pattern,
	promote: template,
});

test("a rule is read back as it was written, or said to be wrong", () => {
	fc.assert(
		fc.property(rules, (rule) => {
			const read = parseRule(rule);
			if (read.problems.length > 0) expect(read.rules).toEqual([]);
			else expect(read.rules).toEqual([{ ...rule, ...place }]);
		}),
	);
});

test("no pattern and no template makes it throw, and every problem is one line", () => {
	const text = fc.oneof(
		fc.string({ unit: "binary", maxLength: 12 }),
		fc.string({
			unit: fc.constantFrom(..."([{?:^$|\\}])<>=!a1-.,"),
			maxLength: 8,
		}),
	);
	fc.assert(
		fc.property(text, text, text, (repository, tags, promote) => {
			const rule = { repositories: [repository], tags, promote };
			for (const line of parseRule(rule).problems) {
				expect(line).toMatch(
					/^m\.yaml:[^\n]+: [^\n]+, got [^\n]+; expected [^\n]+\. Fix: [^\n]+\.$/,
				);
			}
		}),
		{ numRuns: 200 },
	);
}, 30_000);

test("each tag is offered once, from a tag that matches, and never one that is listed", () => {
	const sourceTags = fc.uniqueArray(
		fc.stringMatching(/^[abcde][0-9.abcde-]{0,4}$/),
		{ maxLength: 20 },
	);
	const readable = rules.filter(
		(rule) => parseRule(rule).problems.length === 0,
	);
	fc.assert(
		fc.property(
			fc.array(readable, { maxLength: 3 }),
			sourceTags,
			fc.uniqueArray(fc.constantFrom<string>("a", "b", "v1", "1a", "vb")),
			(someRules, tags, listedTags) => {
				const listed = listedTags.map((tag) => ({ repository: "team/a", tag }));
				const { candidates, problems } = expandRules(
					someRules.map((rule) => ({ ...rule, ...place })),
					new Map([["team/a", tags]]),
					{ listed },
				);
				expect(problems).toEqual([]);
				const offered = candidates.map(({ tag }) => tag);
				expect(new Set(offered).size).toBe(offered.length);
				expect(offered.filter((tag) => listedTags.includes(tag))).toEqual([]);
				for (const { sourceTag, tag, reason } of candidates) {
					expect(
						someRules.some((rule) => anchored(rule.tags).test(sourceTag)),
					).toBe(true);
					if (reason === undefined) expect(tag).toMatch(TAG);
				}
			},
		),
	);
});
