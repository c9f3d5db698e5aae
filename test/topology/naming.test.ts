import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	acceptsName,
	acceptsTag,
	DEFAULT_NAMING,
	exampleTag,
	FALLBACK_TAG,
	matchesEveryName,
	matchesEveryTag,
	namingRule,
	SELF_TEST_REPOSITORY,
	TAG,
} from "../../topology/naming.ts";
import { TIER_KINDS, type TierKind } from "../../topology/tier-kinds.ts";

const rule = (kind: TierKind) => namingRule(kind, true);
const SHA = "0a1b2c3";
const HEX64 = "ab".repeat(32);

describe("tags", () => {
	test.each<[TierKind, string, boolean]>([
		["ci-tests", `pr-12-${SHA}`, true],
		["ci-tests", "run-8412.1", true],
		["ci-tests", `pr-0-${SHA}`, false],
		["ci-tests", "latest", false],
		["ci-tests", `main-7-${SHA}`, false],
		["ci-snapshots", `main-7-${SHA}`, true],
		["ci-snapshots", `1.4.2-${SHA}`, true],
		["ci-snapshots", `1.4.2-rc.1-${SHA}`, true],
		["ci-snapshots", "main-7-0a1b2c", false],
		["ci-snapshots", `main-7-${SHA}-dirty`, false],
		["ci-snapshots", `xmain-7-${SHA}`, false],
		["ci-snapshots", "1.4.2", false],
		["ci-snapshots", "latest", false],
		["prod", "1.4.2", true],
		["prod", "1.4.2-rc.1", true],
		["prod", "01.4.2", false],
		["prod", "v1.4.2", false],
		["prod", "1.4", false],
		["prod", "latest", false],
		["sandbox", "latest", true],
		["sandbox", ".hidden", false],
	])("%s with %s: %s", (kind, tag, accepted) => {
		expect(acceptsTag(rule(kind), tag)).toBe(accepted);
	});

	test.each(TIER_KINDS)("%s takes the tags of signatures and SBOMs", (kind) => {
		for (const suffix of ["", ".sig", ".att", ".sbom"]) {
			expect(acceptsTag(rule(kind), `sha256-${HEX64}${suffix}`)).toBe(true);
		}
	});

	test("a fallback tag is refused where the tier does not take them", () => {
		expect(acceptsTag(namingRule("sandbox", false), `sha256-${HEX64}`)).toBe(
			false,
		);
	});

	test("outside Sandbox, cache and Archive the default refuses most tags", () => {
		fc.assert(
			fc.property(fc.stringMatching(TAG), (tag) => {
				if (FALLBACK_TAG.test(tag)) return;
				const semver = /^\d+\.\d+\.\d+/.test(tag);
				if (!semver) expect(acceptsTag(rule("prod"), tag)).toBe(false);
			}),
		);
	});

	test("nothing but a tag of the specification is ever taken", () => {
		fc.assert(
			fc.property(fc.string(), fc.constantFrom(...TIER_KINDS), (text, kind) => {
				if (acceptsTag(rule(kind), text)) expect(text).toMatch(TAG);
			}),
		);
	});
});

describe("names", () => {
	test.each<[TierKind, string, boolean]>([
		["ci-tests", "team/app", true],
		["prod", "team-a/my_app", true],
		["prod", "app", false],
		["prod", "team/app/sub", false],
		["prod", "Team/app", false],
		["prod", "team//app", false],
		["prod", "../team/app", false],
		["prod", "team/app\n", false],
		["prod", "tеam/app", false],
		["sandbox", "app", true],
		["sandbox", "a/b/c/d", true],
		["sandbox", "a..b", false],
		["sandbox", `a/${"b".repeat(254)}`, false],
		["sandbox", `a/${"b".repeat(253)}`, true],
	])("%s with %s: %s", (kind, name, accepted) => {
		expect(acceptsName(rule(kind), name)).toBe(accepted);
	});
});

describe("a rule of one's own", () => {
	test("replaces the default and says so in words", () => {
		const own = namingRule("prod", true, { tags: ["release-[0-9]+"] });
		expect(acceptsTag(own, "release-7")).toBe(true);
		expect(acceptsTag(own, "1.4.2")).toBe(false);
		expect(own.tagHelp).toBe("a tag like release-[0-9]+");
		expect(own.nameHelp).toBe("team/app");
	});

	test("cannot be hidden in a longer tag: alternatives are anchored together", () => {
		const own = namingRule("prod", true, { tags: ["a|b"] });
		expect(acceptsTag(own, "ax")).toBe(false);
		expect(acceptsTag(own, "xb")).toBe(false);
	});

	test.each([".*", ".+", "[^/]+", "[a-zA-Z0-9_][a-zA-Z0-9._-]*", "|.*"])(
		"%s matches every tag",
		(pattern) => expect(matchesEveryTag([pattern])).toBe(true),
	);

	test("several patterns that together match every tag are found", () => {
		expect(matchesEveryTag(["[a-z].*", "[^a-z].*"])).toBe(true);
	});

	test.each(
		TIER_KINDS.filter((k) => !["sandbox", "cache", "archive"].includes(k)),
	)("the default of %s matches neither every tag nor every name", (kind) => {
		expect(matchesEveryTag(DEFAULT_NAMING[kind].tags)).toBe(false);
		expect(matchesEveryName(DEFAULT_NAMING[kind].names)).toBe(false);
	});
});

describe("the self-test's repository", () => {
	test.each(TIER_KINDS)("is taken by %s as it is by default", (kind) => {
		expect(acceptsName(rule(kind), SELF_TEST_REPOSITORY)).toBe(true);
	});

	test("is taken whatever names a tier is configured to take, and nothing else is taken with it", () => {
		fc.assert(
			fc.property(fc.constantFrom(...TIER_KINDS), (kind) => {
				const own = namingRule(kind, true, { names: ["platform/[a-z]+"] });
				expect(acceptsName(own, SELF_TEST_REPOSITORY)).toBe(true);
				expect(acceptsName(own, "platform/app")).toBe(true);
				expect(acceptsName(own, "self-test/other")).toBe(false);
				expect(acceptsName(own, `${SELF_TEST_REPOSITORY}/sub`)).toBe(false);
			}),
		);
	});

	test("is not advertised to people whose name was refused", () => {
		expect(namingRule("prod", true, { names: ["a/b"] }).nameHelp).toBe(
			"a name like a/b",
		);
	});
});

describe("example tags", () => {
	test.each<[TierKind, string, string]>([
		["sandbox", "self-test-1", "self-test-2"],
		["ci-tests", "run-self-test-1", "run-self-test-2"],
		["ci-snapshots", "main-1-0000000", "main-2-0000000"],
		["prod", "0.0.0-self-test.1", "0.0.0-self-test.2"],
		["cache", "self-test-1", "self-test-2"],
		["archive", "self-test-1", "self-test-2"],
	])("%s takes %s and %s", (kind, first, second) => {
		expect([exampleTag(rule(kind), 1), exampleTag(rule(kind), 2)]).toEqual([
			first,
			second,
		]);
	});

	test.each([
		["v[0-9]+\\.[0-9]+\\.[0-9]+", "v0.0.7"],
		["v[0-9.]+-.+", "v0.0.0-self-test.7"],
		["[0-9]+\\.[0-9]+\\.[0-9]+", "0.0.7"],
		["[0-9]+", "7"],
		["main-[0-9]+-[0-9a-f]+", "main-7-0000000"],
	])("a pattern of one's own, %s, takes %s", (pattern, expected) => {
		const own = namingRule("ci-tests", true, { tags: [pattern] });
		expect(exampleTag(own, 7)).toBe(expected);
	});

	test("a pattern that takes none of the usual forms has none", () => {
		const own = namingRule("ci-tests", true, { tags: ["release_[A-Z]{9}"] });
		expect(exampleTag(own, 1)).toBeUndefined();
	});
});
