import { describe, expect, test } from "vitest";
import { parsePromotions } from "../../../../services/jobs/promote/promotion-manifest.ts";
import { A, B, entry, parse, parseFiles } from "./manifest-harness.ts";

test("a list of images is read, tag by tag", () => {
	expect(
		parsePromotions([
			{ path: "web/app.yaml", text: entry("team/app", A, '"1.0.0"', '"1.0"') },
		]),
	).toEqual({
		promotions: [
			{
				repository: "team/app",
				digest: A,
				tag: "1.0.0",
				file: "web/app.yaml",
				path: `[0].dmap["${A}"][0]`,
			},
			{
				repository: "team/app",
				digest: A,
				tag: "1.0",
				file: "web/app.yaml",
				path: `[0].dmap["${A}"][1]`,
			},
		],
		listed: [
			{ repository: "team/app", tag: "1.0.0" },
			{ repository: "team/app", tag: "1.0" },
		],
		rules: [],
		problems: [],
	});
});

test("the images may stand below a key, as in a plain manifest of promo-tools", () => {
	expect(parse(`images:\n${entry("team/app", A, '"1.0.0"')}`)).toEqual({
		wanted: [`team/app:1.0.0@${A}`],
		problems: [],
	});
});

test("an empty list asks for nothing", () => {
	expect(parse("[]")).toEqual({ wanted: [], problems: [] });
});

test("one bad entry does not block the others", () => {
	const text = [
		entry("team/app", A, '"1.0.0"', "1.1"),
		entry("Team/App", A, '"1.0.0"'),
		entry("team/other", B, '"2.0.0"'),
	].join("");
	expect(parse(text)).toEqual({
		wanted: [`team/app:1.0.0@${A}`, `team/other:2.0.0@${B}`],
		problems: [
			`m.yaml:[0].dmap["${A}"][1]: tag is not text, got number 1.1; expected text. Fix: quote it: "1.1".`,
			'm.yaml:[1].name: not a repository, got "Team/App"; expected lower-case words such as team/app. Fix: use the name the image has at the source.',
		],
	});
});

test("one bad file does not block the others", () => {
	expect(
		parseFiles({ "a.yaml": "{", "b.yaml": entry("team/app", A, '"1.0.0"') }),
	).toMatchObject({ wanted: [`team/app:1.0.0@${A}`] });
});

describe("the message says what is wrong, where, with which value, and what to do:", () => {
	const list = "a list of entries with name and dmap";
	test.each<[string, string, string]>([
		[
			"an empty file",
			"",
			"m.yaml: the file is empty, got nothing; expected a list of images. Fix: add an entry with name and dmap, or delete the file.",
		],
		[
			"a file of comments",
			"# later\n",
			"m.yaml: the file is empty, got nothing; expected a list of images. Fix: add an entry with name and dmap, or delete the file.",
		],
		[
			"a file of text",
			"hello",
			"m.yaml: not a promotion manifest, got \"hello\"; expected a list of images. Fix: begin each entry with '- name:'.",
		],
		[
			"an empty map",
			"{}",
			"m.yaml: nothing is asked for, got an empty map; expected a map with images, rules or both. Fix: add one of them, or delete the file.",
		],
		[
			"null images",
			"images:",
			`m.yaml:images: not a list of images, got nothing; expected ${list}. Fix: begin each entry with '- name:'.`,
		],
		[
			"images that are no list",
			"images: {a: b}",
			`m.yaml:images: not a list of images, got a map; expected ${list}. Fix: begin each entry with '- name:'.`,
		],
		[
			"registries",
			"registries: []\nimages: []",
			'm.yaml:registries: registries named in a manifest, got "registries"; expected source and destination from the promoter\'s configuration alone. Fix: remove the key.',
		],
		[
			"an unknown key",
			"imagse: []",
			'm.yaml:imagse: unknown key, got "imagse"; expected images or rules. Fix: correct or remove it.',
		],
		[
			"an entry that is no map",
			"- team/app",
			"m.yaml:[0]: not an image, got \"team/app\"; expected an entry with name and dmap. Fix: write it as '- name: team/app' and 'dmap:' below it.",
		],
		[
			"an unknown key in an entry",
			`- name: team/app\n  dmap: {"${A}": ["1"]}\n  tag: x`,
			'm.yaml:[0].tag: unknown key, got "tag"; expected name or dmap. Fix: correct or remove it.',
		],
		[
			"a key twice",
			`- name: team/app\n  name: team/b\n  dmap: {"${A}": ["1"]}`,
			'm.yaml:[0].name: key is there twice, got "name"; expected each key once. Fix: remove one of them.',
		],
		[
			"images twice",
			"images: []\nimages: []",
			'm.yaml:images: key is there twice, got "images"; expected each key once. Fix: remove one of them.',
		],
		[
			"a digest that is a number",
			'- name: team/app\n  dmap: {7: ["1"]}',
			'm.yaml:[0].dmap: digest is not text, got number 7; expected text. Fix: quote it: "7".',
		],
		[
			"a digest that is a list",
			`- name: team/app\n  dmap:\n    ? [a]\n    : ["1"]`,
			"m.yaml:[0].dmap: digest is not text, got a list; expected text. Fix: write the digest there.",
		],
		[
			"no name",
			`- dmap: {"${A}": ["1"]}`,
			"m.yaml:[0].name: repository is not text, got nothing; expected text. Fix: write the repository there.",
		],
		[
			"a name that is a number",
			`- name: 7\n  dmap: {"${A}": ["1"]}`,
			'm.yaml:[0].name: repository is not text, got number 7; expected text. Fix: quote it: "7".',
		],
		[
			"no dmap",
			"- name: team/app",
			'm.yaml:[0].dmap: no digests, got nothing; expected a map such as {"sha256:…": ["1.4.2"]}. Fix: add the digest and its tags, or remove the entry.',
		],
		[
			"an empty dmap",
			"- name: team/app\n  dmap: {}",
			'm.yaml:[0].dmap: no digests, got an empty map; expected a map such as {"sha256:…": ["1.4.2"]}. Fix: add the digest and its tags, or remove the entry.',
		],
		[
			"no tags",
			`- name: team/app\n  dmap: {"${A}": []}`,
			`m.yaml:[0].dmap["${A}"]: no tags, got an empty list; expected a list such as ["1.4.2"]. Fix: add a tag, or remove the digest.`,
		],
		[
			"a tag instead of tags",
			`- name: team/app\n  dmap: {"${A}": "1"}`,
			`m.yaml:[0].dmap["${A}"]: no tags, got "1"; expected a list such as ["1.4.2"]. Fix: add a tag, or remove the digest.`,
		],
	])("%s", (_, text, message) => {
		expect(parse(text)).toEqual({ wanted: [], problems: [message] });
	});
});

test("latest is promoted only where that is allowed", () => {
	const text = entry("team/app", A, "latest");
	expect(parse(text)).toEqual({
		wanted: [],
		problems: [
			`m.yaml:[0].dmap["${A}"][0]: tag without a version, got "latest"; expected a tag that never moves. Fix: use the version of the release.`,
		],
	});
	expect(parse(text, { allowLatest: true }).wanted).toEqual([
		`team/app:latest@${A}`,
	]);
});
