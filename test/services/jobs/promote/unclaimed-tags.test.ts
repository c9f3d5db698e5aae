import { expect, test } from "vitest";
import { unclaimedTags } from "../../../../services/jobs/promote/unclaimed-tags.ts";
import { RULE } from "./rule-harness.ts";

const place = { file: "m.yaml", path: "[0]" };

function unclaimed(tags: readonly string[], promote?: string) {
	return unclaimedTags(new Map([["team/app", tags]]), {
		listed: [{ repository: "team/app", tag: "1.0.0" }],
		rules: promote === undefined ? [] : [{ ...RULE, promote, ...place }],
	}).map(({ repository, tag }) => `${repository}:${tag}`);
}

test("a tag whose line was removed is named", () => {
	expect(unclaimed(["1.0.0", "1.1.0"])).toEqual(["team/app:1.1.0"]);
});

test("signatures go with their images and are not named", () => {
	expect(unclaimed([`sha256-${"a".repeat(64)}.sig`])).toEqual([]);
});

test("a listed tag of another repository is another tag", () => {
	const rest = { listed: [{ repository: "team/b", tag: "1.0.0" }], rules: [] };
	expect(unclaimedTags(new Map([["team/app", ["1.0.0"]]]), rest)).toEqual([
		{ repository: "team/app", tag: "1.0.0" },
	]);
});

test.each([
	["$1", []],
	["v$1", ["1.1.0", "1.1.0-x"]],
	["$1-x", ["1.1.0", "v1.1.0"]],
	["v$1-x", ["1.1.0", "1.1.0-x", "v1.1.0"]],
	["1.$1.0", ["1.1.0-x", "v1.1.0"]],
	["1.$1.$1.0", ["1.1.0", "1.1.0-x", "v1.1.0"]],
])(
	"a tag that a rule with the template %s may have given is not named",
	(template, rest) => {
		expect(unclaimed(["1.1.0", "1.1.0-x", "v1.1.0"], template)).toEqual(
			rest.map((tag) => `team/app:${tag}`),
		);
	},
);

test("a rule has no say on other repositories", () => {
	const tags = new Map([["web/app", ["1.1.0"]]]);
	expect(
		unclaimedTags(tags, { listed: [], rules: [{ ...RULE, ...place }] }),
	).toEqual([{ repository: "web/app", tag: "1.1.0" }]);
});
