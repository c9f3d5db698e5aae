import { expect, test } from "vitest";
import { describeRule } from "../../../../services/jobs/promote/describe-rule.ts";
import { namingRule } from "../../../../topology/naming.ts";
import { RULE } from "./rule-harness.ts";

const ends = {
	source: namingRule("ci-snapshots", true),
	destination: namingRule("prod", true),
};

test.each([
	["with an example", RULE.tags, "$1", "for example 1.4.2-0a1b2c3 as 1.4.2"],
	[
		"with an example that the destination does not take",
		"main-([0-9]+)-[0-9a-f]{7}",
		"v$1",
		"for example main-7-0a1b2c3 as v7, which the destination does not take: expected a semantic version such as 1.4.2",
	],
	[
		"without an example that the source takes",
		"v([0-9.]+)",
		"$1",
		"no example is known",
	],
])("a rule is described %s", (_, tags, promote, example) => {
	const rule = {
		repositories: ["team/.*", "web/shop"],
		tags,
		promote,
		file: "a.yaml",
		path: "rules[0]",
	};
	expect(describeRule(rule, ends)).toBe(
		`a.yaml:rules[0]: promotes tags of team/.* or web/shop like ${tags} as ${promote}; ${example}`,
	);
});
