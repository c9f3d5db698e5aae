import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { parseWantedTags } from "../../../../services/jobs/mirror/wanted-tags.ts";
import { A, B, debian, parse, parseFiles } from "./list-harness.ts";

test("a list is read tag by tag, pinned ones with their digest, an override with its tag", () => {
	const text = `images:
  - name: docker.io/library/debian
    tags: ["12"]
  - name: quay.io/org/sub/app
    dmap:
      "${A}": ["1.0"]
overrides:
  - name: docker.io/library/debian
    tag: "12"
    image: registry.example.com:5000/team/debian@${B}
    owner: team-base
    reason: patched openssl
    expires: 2026-12-31
`;
	expect(parseWantedTags([{ path: "base/m.yaml", text }])).toEqual({
		wanted: [
			{
				registry: "docker.io",
				repository: "library/debian",
				tag: "12",
				file: "base/m.yaml",
				path: "images[0].tags[0]",
				override: {
					image: {
						registry: "registry.example.com:5000",
						repository: "team/debian",
						digest: B,
					},
					owner: "team-base",
					reason: "patched openssl",
					expires: "2026-12-31",
					file: "base/m.yaml",
					path: "overrides[0]",
				},
			},
			{
				registry: "quay.io",
				repository: "org/sub/app",
				tag: "1.0",
				pinned: A,
				file: "base/m.yaml",
				path: `images[1].dmap["${A}"][0]`,
			},
		],
		problems: [],
	});
});

test("the example beside the lists is one", async () => {
	const readme = new URL("../../../../archive/README.md", import.meta.url);
	const example = /^```yaml\n(.*?)^```$/ms.exec(
		await readFile(readme, "utf8"),
	)?.[1];
	const { wanted, problems } = parse(example ?? "");
	expect(problems).toEqual([]);
	expect(wanted).toHaveLength(4);
});

test("no lists ask for nothing", () => {
	expect(parseFiles({})).toEqual({ wanted: [], problems: [] });
});

test("all problems of all files are told at once", () => {
	expect(
		parseFiles({
			"a.yaml": debian('tags: ["1*", ""]'),
			"b.yaml": "images: [nginx]",
			"c.yaml": debian('tags: ["12"]'),
			"d.yaml": debian('tags: ["12"]'),
		}).problems,
	).toEqual([
		'a.yaml:images[0].tags[0]: pattern instead of a tag, got "1*"; expected a tag by its full name. Fix: list the tags one by one.',
		"a.yaml:images[0].tags[1]: not a tag, got \"\"; expected 1 to 128 of letters, digits, '_', '.', '-', not beginning with '.' or '-'. Fix: copy the tag from upstream.",
		"b.yaml:images[0]: not an entry, got \"nginx\"; expected an entry with name and tags or dmap. Fix: write it as '- name: docker.io/library/debian' with the other keys below it.",
		'd.yaml:images[0].tags[0]: docker.io/library/debian:12 is listed before, at c.yaml:images[0].tags[0], got "12"; expected each tag once. Fix: remove this one.',
	]);
});

describe("what is asked for twice is refused:", () => {
	test("a repository in one file", () => {
		const entry = debian('tags: ["12"]');
		const second = entry.slice("images:\n".length).replace("12", "11");
		expect(parse(entry + second).problems).toEqual([
			'm.yaml:images[1].name: repository is listed before, at images[0], got "docker.io/library/debian"; expected each repository once in a file. Fix: move its tags to the first entry.',
		]);
	});

	test("a digest in one entry, with different tags", () => {
		const text = debian(`dmap: {"${A}": ["12"], "${A}": ["11"]}`);
		expect(parse(text).problems).toEqual([
			`m.yaml:images[0].dmap["${A}"]: digest is listed before, got "${A}"; expected each digest once in an entry. Fix: move its tags to the first one.`,
		]);
	});

	test("a tag in one list", () => {
		expect(parse(debian('tags: ["12", "12"]')).problems).toEqual([
			'm.yaml:images[0].tags[1]: docker.io/library/debian:12 is listed before, at m.yaml:images[0].tags[0], got "12"; expected each tag once. Fix: remove this one.',
		]);
	});

	test("a tag that is pinned and follows upstream", () => {
		const text = debian(`tags: ["12"]\n    dmap: {"${A}": ["12"]}`);
		expect(parse(text).problems).toEqual([
			`m.yaml:images[0].dmap["${A}"][0]: docker.io/library/debian:12 is also listed to follow upstream, at m.yaml:images[0].tags[0], got ${A}; expected a tag with one digest, or one that follows upstream. Fix: remove one of them.`,
		]);
	});

	test("a tag that is pinned to two digests", () => {
		const text = debian(`dmap: {"${A}": ["12"], "${B}": ["12"]}`);
		expect(parse(text).problems).toEqual([
			`m.yaml:images[0].dmap["${B}"][0]: docker.io/library/debian:12 is also listed with ${A}, at m.yaml:images[0].dmap["${A}"][0], got ${B}; expected a tag with one digest, or one that follows upstream. Fix: remove one of them.`,
		]);
	});
});
