import { expect, test } from "vitest";
import { stayingTags } from "../../../../services/jobs/promote/staying-tags.ts";

const notes = (tags: readonly string[]) =>
	stayingTags(
		new Map([["team/app", tags]]),
		{ listed: [{ repository: "team/app", tag: "1.0.0" }], rules: [] },
		"prod.test",
	);
const stays = (tag: string) =>
	`prod.test/team/app:${tag} is in no manifest and no rule; it stays, since promotion never deletes`;

test("a tag that is asked for is not told", () => {
	expect(notes(["1.0.0", `sha256-${"a".repeat(64)}.sig`])).toEqual([]);
});

test("one whose line was removed is told with where it is", () => {
	expect(notes(["1.0.0", "1.0.1"])).toEqual([stays("1.0.1")]);
});

test("of more than twenty the rest is counted", () => {
	const tags = Array.from({ length: 22 }, (_, i) => `2.0.${i}`);
	const first = tags.slice(0, 20).map(stays);
	expect(notes(tags.slice(0, 20))).toEqual(first);
	expect(notes(tags)).toEqual([...first, "and 2 more such tags"]);
});
