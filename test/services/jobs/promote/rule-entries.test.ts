import { describe, expect, test } from "vitest";
import { parsePromotions } from "../../../../services/jobs/promote/promotion-manifest.ts";
import { A, entry, parse } from "./manifest-harness.ts";
import { parseRule, parseRules, RULE } from "./rule-harness.ts";

test("rules stand beside images, and know their places", () => {
	const text = `images:\n${entry("team/app", A, '"1.0.0"')}rules:
  - repositories: ["team/.*", "web/shop"]
    tags: "(?<version>[0-9]+\\\\.[0-9]+)-[0-9a-f]{7}"
    promote: "$<version>.0"
`;
	expect(parsePromotions([{ path: "web/a.yaml", text }])).toEqual({
		promotions: [
			{
				repository: "team/app",
				digest: A,
				tag: "1.0.0",
				file: "web/a.yaml",
				path: `images[0].dmap["${A}"][0]`,
			},
		],
		listed: [{ repository: "team/app", tag: "1.0.0" }],
		rules: [
			{
				repositories: ["team/.*", "web/shop"],
				tags: "(?<version>[0-9]+\\.[0-9]+)-[0-9a-f]{7}",
				promote: "$<version>.0",
				file: "web/a.yaml",
				path: "rules[0]",
			},
		],
		problems: [],
	});
});

test("a file may hold rules alone", () => {
	expect(parseRule(RULE)).toEqual({
		rules: [{ ...RULE, file: "m.yaml", path: "rules[0]" }],
		problems: [],
	});
});

test("a bad rule blocks neither the others nor the images", () => {
	const { rules, problems } = parseRules({
		"a.yaml": [{ ...RULE, promote: "$2" }, RULE],
		"b.yaml": [RULE],
	});
	expect(rules.map(({ file, path }) => `${file}:${path}`)).toEqual([
		"a.yaml:rules[1]",
		"b.yaml:rules[0]",
	]);
	expect(problems).toHaveLength(1);
});

test("all that is wrong with a rule is said at once", () => {
	expect(
		parseRule({ repositories: ["(", ""], tags: ".*", promote: 7 }).problems,
	).toEqual([
		'm.yaml:rules[0].repositories[0]: not a pattern, got "("; expected a regular expression. Fix: correct it; parentheses and brackets come in pairs.',
		'm.yaml:rules[0].repositories[1]: pattern of other characters than printable ASCII, got ""; expected a regular expression of those alone. Fix: write it anew.',
		'm.yaml:rules[0].tags: the pattern matches every tag, got ".*"; expected a pattern that only releases match. Fix: write how those are tagged, such as ([0-9]+\\.[0-9]+\\.[0-9]+)-[0-9a-f]{7,40}.',
		'm.yaml:rules[0].promote: tag is not text, got number 7; expected text. Fix: quote it: "7".',
	]);
});

describe("the message says what is wrong, where, with which value, and what to do:", () => {
	const kind = "an entry with repositories, tags and promote";
	test.each<[string, string, string]>([
		[
			"null rules",
			"rules:",
			`m.yaml:rules: no rules, got nothing; expected a list; each ${kind}. Fix: begin each entry with '- repositories:', or remove the key.`,
		],
		[
			"rules that are no list",
			"rules: {}",
			`m.yaml:rules: no rules, got an empty map; expected a list; each ${kind}. Fix: begin each entry with '- repositories:', or remove the key.`,
		],
		[
			"a rule that is no map",
			"rules: [team/app]",
			`m.yaml:rules[0]: not an entry, got "team/app"; expected ${kind}. Fix: write it as '- repositories: [team/app]' with the other keys below it.`,
		],
		[
			"an unknown key",
			"rules: [{repository: team/app}]",
			'm.yaml:rules[0].repository: unknown key, got "repository"; expected repositories or tags or promote. Fix: correct or remove it.',
		],
	])("%s", (_, text, message) => {
		expect(parse(text)).toEqual({ wanted: [], problems: [message] });
	});

	test.each<[string, object, string]>([
		[
			"no repositories",
			{ repositories: undefined },
			'repositories: no repositories, got nothing; expected a list of patterns such as ["team/.*"]. Fix: add a pattern.',
		],
		[
			"an empty list of repositories",
			{ repositories: [] },
			'repositories: no repositories, got an empty list; expected a list of patterns such as ["team/.*"]. Fix: add a pattern.',
		],
		[
			"one repository that is no list",
			{ repositories: "team/app" },
			'repositories: no repositories, got "team/app"; expected a list of patterns such as ["team/.*"]. Fix: add a pattern.',
		],
		[
			"a repository that is a number",
			{ repositories: ["team/app", 7] },
			'repositories[1]: pattern is not text, got number 7; expected text. Fix: quote it: "7".',
		],
		[
			"no tags",
			{ tags: undefined },
			"tags: pattern is not text, got nothing; expected text. Fix: write the pattern there.",
		],
		[
			"tags in Cyrillic",
			{ tags: "(\u0430)-[0-9a-f]+" },
			'tags: pattern of other characters than printable ASCII, got "(\u0430)-[0-9a-f]+"; expected a regular expression of those alone. Fix: write it anew.',
		],
		[
			"tags that do not compile",
			{ tags: "([0-9]+" },
			'tags: not a pattern, got "([0-9]+"; expected a regular expression. Fix: correct it; parentheses and brackets come in pairs.',
		],
		[
			"no promote",
			{ promote: undefined },
			"promote: tag is not text, got nothing; expected text. Fix: write the tag there.",
		],
		[
			"a group that is not there",
			{ promote: "$1.$2" },
			'promote: group that the pattern of the tags does not have, got "$2"; expected $1. Fix: name a group that is there, or put the part in parentheses.',
		],
		[
			"a named group that is not there",
			{ tags: "(?<major>[0-9]+)-(.+)", promote: "$<minor>" },
			'promote: group that the pattern of the tags does not have, got "$<minor>"; expected $1 or $2 or $<major>. Fix: name a group that is there, or put the part in parentheses.',
		],
		[
			"a group of a pattern without any",
			{ tags: "[0-9]+" },
			'promote: group that the pattern of the tags does not have, got "$1"; expected a pattern with a group in parentheses. Fix: name a group that is there, or put the part in parentheses.',
		],
		[
			"a dollar that names no group",
			{ promote: "$1$" },
			'promote: group that the pattern of the tags does not have, got "$"; expected $1. Fix: name a group that is there, or put the part in parentheses.',
		],
		[
			"one tag for all images",
			{ promote: "stable" },
			"promote: the same tag for every image, got \"stable\"; expected a tag with a group of the pattern, such as $1. Fix: put the version in parentheses in 'tags' and write $1 here.",
		],
		[
			"what can be no tag",
			{ promote: "-$1" },
			"promote: no tag, whatever the groups are, got \"-$1\"; expected groups and letters, digits, '_', '.', '-', not beginning with '.' or '-'. Fix: remove the other characters.",
		],
		[
			"what can be no tag in any place",
			{ promote: "v$1/x" },
			"promote: no tag, whatever the groups are, got \"v$1/x\"; expected groups and letters, digits, '_', '.', '-', not beginning with '.' or '-'. Fix: remove the other characters.",
		],
	])("%s", (_, change, message) => {
		expect(parseRule({ ...RULE, ...change })).toEqual({
			rules: [],
			problems: [`m.yaml:rules[0].${message}`],
		});
	});
});

describe("a pattern that would keep the promoter busy for hours is refused:", () => {
	test.each(["(a+)+b", "(?:(?:main)+)+-(.*)"])("%s", (tags) => {
		expect(parseRule({ ...RULE, tags, promote: "x$1" }).problems[0]).toBe(
			`m.yaml:rules[0].tags: pattern takes too long, got ${JSON.stringify(tags)}; expected a pattern that matches a text in one way alone. Fix: leave no repetition directly inside of another, as in (a+)+.`,
		);
	});

	test("one whose inner repetition has an end of its own is not", () => {
		const tags =
			"([0-9]+(?:\\.[0-9]+)*(?:-[a-z]+(?:\\.[a-z0-9]+)*)?)-[0-9a-f]+";
		expect(parseRule({ ...RULE, tags }).problems).toEqual([]);
	});
});
