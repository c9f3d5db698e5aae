import { describe, expect, test } from "vitest";
import { A, entry, parse } from "./manifest-harness.ts";

describe("the message says what is wrong, where, with which value, and what to do:", () => {
	const digestRule =
		"expected sha256: and 64 lower-case hex digits. Fix: copy the digest from the registry or the build.";
	test.each([
		["without its prefix", "a".repeat(64), "not a digest"],
		["too short", "sha256:abc", "not a digest"],
		["in upper case", A.toUpperCase(), "not a digest"],
		["in upper-case hex", `sha256:${"A".repeat(64)}`, "not a digest"],
		[
			"of sha1",
			`sha1:${"a".repeat(40)}`,
			"digest of sha1, which the registries do not store",
		],
		[
			"of sha512",
			`sha512:${"a".repeat(128)}`,
			"digest of sha512, which the registries do not store",
		],
		["that is a tag", "1.0.0", "not a digest"],
		["with a tag", `1.0.0@${A}`, "not a digest"],
	])("a digest %s", (_, digest, what) => {
		const shown = digest.length > 80 ? `${digest.slice(0, 80)}…` : digest;
		expect(parse(entry("team/app", digest, '"1.0.0"'))).toEqual({
			wanted: [],
			problems: [
				`m.yaml:[0].dmap["${shown}"]: ${what}, got "${shown}"; ${digestRule}`,
			],
		});
	});

	const tagRule =
		"expected 1 to 128 of letters, digits, '_', '.', '-', not beginning with '.' or '-'. Fix: use the version of the release.";
	test.each([
		["empty", ""],
		["of 129 characters", "a".repeat(129)],
		["that begins with a dot", ".a"],
		["that begins with a hyphen", "-a"],
		["with a slash", "a/b"],
		["with a colon", "a:b"],
		["with a space", "a b"],
		["in Cyrillic", "1.0.0-\u0430"],
		["with a line break", "a\\nb"],
	])("a tag %s", (_, tag) => {
		const value = tag.replace("\\n", "\\u000a");
		const shown = value.length > 80 ? `${value.slice(0, 80)}…` : value;
		expect(parse(entry("team/app", A, `"${tag}"`))).toEqual({
			wanted: [],
			problems: [
				`m.yaml:[0].dmap["${A}"][0]: not a tag, got "${shown}"; ${tagRule}`,
			],
		});
	});

	test.each([
		["a version", "1.10", "number 1.10", '"1.10"'],
		["a number", "7", "number 7", '"7"'],
		["an octal number", "0o17", "number 0o17", '"0o17"'],
		["a truth value", "true", "boolean true", '"true"'],
	])("a tag that YAML reads as %s", (_, tag, got, quoted) => {
		expect(parse(entry("team/app", A, tag)).problems).toEqual([
			`m.yaml:[0].dmap["${A}"][0]: tag is not text, got ${got}; expected text. Fix: quote it: ${quoted}.`,
		]);
	});

	const nameRule =
		"expected lower-case words such as team/app. Fix: use the name the image has at the source.";
	test.each([
		"Team/app",
		"team//app",
		"/team",
		"team/",
		"team/../app",
		"team%2fapp",
		"te am",
		"team/*",
		"tеam/app",
	])("a repository '%s'", (name) => {
		expect(parse(entry(`"${name}"`, A, '"1.0.0"')).problems).toEqual([
			`m.yaml:[0].name: not a repository, got "${name}"; ${nameRule}`,
		]);
	});

	test("a repository of 256 characters", () => {
		expect(parse(entry("a".repeat(256), A, '"1.0.0"')).problems).toEqual([
			"m.yaml:[0].name: repository is too long, got 256 characters; expected at most 255. Fix: use the name the image has at the source.",
		]);
	});

	test.each([
		["prod.example.com/team/app", "prod.example.com/"],
		["localhost/team/app", "localhost/"],
		["prod:5000/team/app", "prod:5000/"],
		["../team/app", "../"],
		["http://prod/team/app", "http:/"],
	])("a repository with a registry: %s", (name, first) => {
		expect(parse(entry(name, A, '"1.0.0"')).problems).toEqual([
			`m.yaml:[0].name: repository with a registry in front, got "${name}"; expected the repository alone, at source and destination the same. Fix: remove "${first}"; the promoter's configuration names the registries.`,
		]);
	});

	test.each(["team/app:1.0.0", `team/app@${A}`])(
		"a repository with more: %s",
		(name) => {
			const shown = name.length > 80 ? `${name.slice(0, 80)}…` : name;
			expect(parse(entry(name, A, '"1.0.0"')).problems).toEqual([
				`m.yaml:[0].name: repository with a tag or digest, got "${shown}"; expected the repository alone. Fix: write the digest and its tags below dmap.`,
			]);
		},
	);
});
