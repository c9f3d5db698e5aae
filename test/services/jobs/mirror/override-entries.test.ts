import { describe, expect, test } from "vitest";
import { A, B, debian, overridden, parse, parseFiles } from "./list-harness.ts";

test("an override may stand in another file than its tag", () => {
	const { wanted, problems } = parseFiles({
		"a.yaml": overridden().slice(debian('tags: ["12"]').length),
		"b.yaml": debian('tags: ["12", "11"]'),
	});
	expect(problems).toEqual([]);
	expect(wanted).toEqual([
		`docker.io library/debian 12 = ${A}`,
		"docker.io library/debian 11 = upstream",
	]);
});

test("an override of a pinned tag may have the pinned digest", () => {
	const text = overridden().replace('tags: ["12"]', `dmap: {"${A}": ["12"]}`);
	expect(parse(text).problems).toEqual([]);
});

describe("the message says what is wrong, where, with which value, and what to do:", () => {
	const full = "expected the registry's host and all of the repository's name";
	test.each<[string, Readonly<Record<string, string | undefined>>, string]>([
		[
			"without an owner",
			{ owner: undefined },
			"owner: owner is not text, got nothing; expected text. Fix: write the owner there.",
		],
		[
			"with a blank owner",
			{ owner: '" "' },
			'owner: nothing but blanks, got " "; expected words for whoever meets the override later. Fix: write them there.',
		],
		[
			"without a reason",
			{ reason: undefined },
			"reason: reason is not text, got nothing; expected text. Fix: write the reason there.",
		],
		[
			"that never expires",
			{ expires: undefined },
			"expires: last day is not text, got nothing; expected text. Fix: write the last day there.",
		],
		[
			"that expires at some time",
			{ expires: "next year" },
			'expires: not a day, got "next year"; expected a date such as 2026-12-31. Fix: write the last day the override is meant to last.',
		],
		[
			"that expires on a day there is not",
			{ expires: "2026-02-30" },
			'expires: not a day, got "2026-02-30"; expected a date such as 2026-12-31. Fix: write the last day the override is meant to last.',
		],
		[
			"with an image by tag",
			{ image: '"docker.io/team/debian:12"' },
			'image: image by a tag, which may move, got "docker.io/team/debian:12"; expected host/name@sha256:…. Fix: name it by its digest alone.',
		],
		[
			"with an image by tag and digest",
			{ image: `docker.io/team/debian:12@${A}` },
			`image: image by a tag, which may move, got "docker.io/team/debian:12@${A.slice(0, 55)}…"; expected host/name@sha256:…. Fix: name it by its digest alone.`,
		],
		[
			"with an image by name",
			{ image: "docker.io/team/debian" },
			'image: image without digest, got "docker.io/team/debian"; expected host/name@sha256:…. Fix: name it by its digest alone.',
		],
		[
			"with an image of two digests",
			{ image: `docker.io/team/debian@${A}@${B}` },
			`image: not a digest, got "${A}@${B.slice(0, 8)}…"; expected sha256: and 64 lower-case hex digits. Fix: copy the digest from the registry or the build.`,
		],
		[
			"with an image without a registry",
			{ image: `team/debian@${A}` },
			`image: not the full name of a repository, got "team/debian"; ${full}. Fix: write "docker.io/team/debian".`,
		],
		[
			"with a tag that is a pattern",
			{ tag: '"*"' },
			'tag: pattern instead of a tag, got "*"; expected a tag by its full name. Fix: list the tags one by one.',
		],
	])("an override %s", (_, keys, message) => {
		expect(parse(overridden(keys)).problems).toEqual([
			`m.yaml:overrides[0].${message}`,
		]);
	});

	test("an override of a tag that no list asks for", () => {
		expect(parse(overridden({ tag: '"11"' })).problems).toEqual([
			'm.yaml:overrides[0]: override of docker.io/library/debian:11, which no list asks for, got "11"; expected a tag that goes back to upstream when the override ends. Fix: add the tag to the entry of docker.io/library/debian.',
		]);
	});

	test("an override of a tag that has a problem of its own says nothing more", () => {
		const text = overridden().replace('tags: ["12"]', "tags: [12]");
		expect(parse(text).problems).toEqual([
			'm.yaml:images[0].tags[0]: tag is not text, got number 12; expected text. Fix: quote it: "12".',
		]);
	});

	test("two overrides of one tag", () => {
		const one = overridden();
		const two = one.slice(
			one.indexOf("  - name: docker.io/library/debian\n    tag:"),
		);
		expect(parse(one + two).problems).toEqual([
			`m.yaml:overrides[1]: docker.io/library/debian:12 is overridden before, at m.yaml:overrides[0], got ${A}; expected one override for a tag. Fix: remove one of them.`,
		]);
	});

	test("an override of a pinned tag with another digest", () => {
		const text = overridden().replace('tags: ["12"]', `dmap: {"${B}": ["12"]}`);
		expect(parse(text).problems).toEqual([
			`m.yaml:overrides[0].image: docker.io/library/debian:12 is pinned to ${B}, at m.yaml:images[0].dmap["${B}"][0], got ${A}; expected the pinned digest, or a tag that follows upstream. Fix: list the tag below 'tags', or remove the override.`,
		]);
	});
});
