import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseWantedTags } from "../../../../services/jobs/mirror/wanted-tags.ts";
import { formatProblem } from "../../../../services/jobs/problem.ts";

const A = `sha256:${"a".repeat(64)}`;
const B = `sha256:${"b".repeat(64)}`;

/** What a file named `m.yaml` asks for, in short, and its problems as they are printed. */
function parse(text: string) {
	return parseFiles({ "m.yaml": text });
}

function parseFiles(files: Readonly<Record<string, string>>) {
	const { wanted, problems } = parseWantedTags(
		Object.entries(files).map(([path, text]) => ({ path, text })),
	);
	return {
		wanted: wanted.map(
			({ registry, repository, tag, pinned = "upstream", override }) =>
				`${registry} ${repository} ${tag} = ${override?.image.digest ?? pinned}`,
		),
		problems: problems.map(formatProblem),
	};
}

const debian = (rest: string) =>
	`images:\n  - name: docker.io/library/debian\n    ${rest}\n`;

/** A list of Debian 12 and an override of it, of which some keys are other or left out. */
function overridden(
	keys: Readonly<Record<string, string | undefined>> = {},
): string {
	const entry = {
		name: "docker.io/library/debian",
		tag: '"12"',
		image: `docker.io/team/debian@${A}`,
		owner: "team-base",
		reason: "patched openssl",
		expires: "2026-12-31",
		...keys,
	};
	const lines = Object.entries(entry)
		.filter(([, value]) => value !== undefined)
		.map(([key, value]) => `    ${key}: ${value}`)
		.join("\n");
	return `${debian('tags: ["12"]')}overrides:\n  -${lines.slice(3)}\n`;
}

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

describe("the message says what is wrong, where, with which value, and what to do:", () => {
	const listOf = "expected a map with images, overrides or both";
	const imageEntry = "an entry with name and tags or dmap";
	test.each<[string, string, string]>([
		[
			"an empty file",
			"",
			`m.yaml: nothing is listed, got nothing; ${listOf}. Fix: add an image, or delete the file.`,
		],
		[
			"an empty map",
			"{}",
			`m.yaml: nothing is listed, got an empty map; ${listOf}. Fix: add an image, or delete the file.`,
		],
		[
			"a list without its key",
			"- name: docker.io/library/debian",
			`m.yaml: not a mirror list, got a list; ${listOf}. Fix: write 'images:' above the list.`,
		],
		[
			"an unknown key",
			"image: []",
			'm.yaml:image: unknown key, got "image"; expected images or overrides. Fix: correct or remove it.',
		],
		[
			"an empty list of images",
			"images: []",
			`m.yaml:images: no images, got an empty list; expected a list; each ${imageEntry}. Fix: begin each entry with '- name:', or remove the key.`,
		],
		[
			"an empty list of overrides",
			"overrides: []",
			"m.yaml:overrides: no overrides, got an empty list; expected a list; each an entry with name, tag, image, owner, reason and expires. Fix: begin each entry with '- name:', or remove the key.",
		],
		[
			"images that are no list",
			"images: {a: b}",
			`m.yaml:images: no images, got a map; expected a list; each ${imageEntry}. Fix: begin each entry with '- name:', or remove the key.`,
		],
		[
			"an unknown key of an image",
			debian('tag: "12"'),
			'm.yaml:images[0].tag: unknown key, got "tag"; expected name or tags or dmap. Fix: correct or remove it.',
		],
		[
			"an image without a name",
			'images:\n  - tags: ["12"]',
			"m.yaml:images[0].name: name is not text, got nothing; expected text. Fix: write the name there.",
		],
		[
			"an image without tags",
			"images:\n  - name: docker.io/library/debian",
			'm.yaml:images[0]: image without tags, got "docker.io/library/debian"; expected tags, dmap or both. Fix: add the tags the Archive is to have, or remove the entry.',
		],
		[
			"an empty list of tags",
			debian("tags: []"),
			'm.yaml:images[0].tags: no tags, got an empty list; expected a list such as ["12", "12.5"]. Fix: add a tag, or remove the key.',
		],
		[
			"an empty list of pinned tags",
			debian(`dmap: {"${A}": []}`),
			`m.yaml:images[0].dmap["${A}"]: no tags, got an empty list; expected a list such as ["12", "12.5"]. Fix: add a tag, or remove the digest.`,
		],
		[
			"no digests",
			debian("dmap:"),
			'm.yaml:images[0].dmap: no digests, got nothing; expected a map such as {"sha256:…": ["12.5"]}. Fix: add the digest and its tags, or remove the key.',
		],
		[
			"a digest that is none",
			debian('dmap: {"sha256:12": ["12"]}'),
			'm.yaml:images[0].dmap["sha256:12"]: not a digest, got "sha256:12"; expected sha256: and 64 lower-case hex digits. Fix: copy the digest from the registry or the build.',
		],
		[
			"a tag that YAML reads as a number",
			debian("tags: [12.10]"),
			'm.yaml:images[0].tags[0]: tag is not text, got number 12.10; expected text. Fix: quote it: "12.10".',
		],
		[
			"a tag of 129 characters",
			debian(`tags: ["${"1".repeat(129)}"]`),
			`m.yaml:images[0].tags[0]: not a tag, got "${"1".repeat(80)}…"; expected 1 to 128 of letters, digits, '_', '.', '-', not beginning with '.' or '-'. Fix: copy the tag from upstream.`,
		],
		[
			"the tag of a signature",
			debian(`tags: ["sha256-${"a".repeat(64)}.sig"]`),
			`m.yaml:images[0].tags[0]: tag of a signature or the like, got "sha256-${"a".repeat(64)}.sig"; expected the tag of an image. Fix: list the image it belongs to; its signatures come along.`,
		],
		[
			"a backup tag",
			debian('tags: ["12-kept-20261124-0123456789ab"]'),
			'm.yaml:images[0].tags[0]: tag that the Archive itself makes, to keep what another one pointed to, got "12-kept-20261124-0123456789ab"; expected a tag of upstream. Fix: list the tag it was made for.',
		],
		[
			"two documents",
			`${debian('tags: ["12"]')}---\nimages: []`,
			'm.yaml:line 4: second document, got "---"; expected one document in each file. Fix: move it to a file of its own.',
		],
	])("%s", (_, text, message) => {
		expect(parse(text).problems).toEqual([message]);
	});

	const full = "expected the registry's host and all of the repository's name";
	const words =
		"expected host and lower-case words such as docker.io/library/debian, at most 255 characters. Fix: copy the name from upstream.";
	const alone =
		"expected a host alone, as it is part of the name in the Archive. Fix: remove the port; the job's configuration says where a host is asked.";
	test.each<[string, string]>([
		[
			"nginx",
			`not the full name of a repository, got "nginx"; ${full}. Fix: write "docker.io/library/nginx".`,
		],
		[
			"library/nginx",
			`not the full name of a repository, got "library/nginx"; ${full}. Fix: write "docker.io/library/nginx".`,
		],
		[
			"grafana/grafana",
			`not the full name of a repository, got "grafana/grafana"; ${full}. Fix: write "docker.io/grafana/grafana".`,
		],
		[
			"docker.io/nginx",
			`not the full name of a repository, got "docker.io/nginx"; ${full}. Fix: write "docker.io/library/nginx".`,
		],
		[
			"index.docker.io/library/nginx",
			`not the full name of a repository, got "index.docker.io/library/nginx"; ${full}. Fix: write "docker.io/library/nginx".`,
		],
		[
			"docker.io/library/*",
			'pattern instead of a repository, got "docker.io/library/*"; expected a repository by its full name. Fix: list the repositories one by one.',
		],
		[
			"docker.io/library/nginx:1",
			"repository with a tag or digest, got \"docker.io/library/nginx:1\"; expected the repository alone. Fix: write tags below 'tags' and digests below 'dmap'.",
		],
		[
			"nginx:1",
			"repository with a tag or digest, got \"nginx:1\"; expected the repository alone. Fix: write tags below 'tags' and digests below 'dmap'.",
		],
		[
			"quay.io:443/org/app",
			`registry with a port, got "quay.io:443/org/app"; ${alone}`,
		],
		[
			"https://quay.io/org/app",
			`registry with a port, got "https://quay.io/org/app"; ${alone}`,
		],
		[
			"169.254.169.254/latest/meta",
			'registry by its address, got "169.254.169.254/latest/meta"; expected a host name. Fix: use the name that its certificate is for.',
		],
		[
			"Docker.io/library/nginx",
			`not a repository, got "Docker.io/library/nginx"; ${words}`,
		],
		[
			"docker.io/Library/nginx",
			`not a repository, got "docker.io/Library/nginx"; ${words}`,
		],
		["quay.io/org//app", `not a repository, got "quay.io/org//app"; ${words}`],
		["quay.io/../app", `not a repository, got "quay.io/../app"; ${words}`],
		["quay.io", `not a repository, got "quay.io"; ${words}`],
		["Nginx", `not a repository, got "Nginx"; ${words}`],
		[
			"docker.io/libr\u0430ry/nginx",
			`not a repository, got "docker.io/libr\u0430ry/nginx"; ${words}`,
		],
		[
			`quay.io/${"a".repeat(248)}`,
			`not a repository, got "quay.io/${"a".repeat(72)}…"; ${words}`,
		],
	])("an image '%s'", (name, message) => {
		expect(parse(`images:\n  - name: "${name}"\n    tags: ["1"]`)).toEqual({
			wanted: [],
			problems: [`m.yaml:images[0].name: ${message}`],
		});
	});

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

const tagNames = fc
	.stringMatching(/^[a-zA-Z_][a-zA-Z0-9._-]{0,20}$/)
	.filter((tag) => !/-kept-/.test(tag));

test("whatever is written is read back", () => {
	const images = fc.uniqueArray(
		fc.record({
			name: fc.stringMatching(/^[a-z0-9]{1,8}\.[a-z]{2,3}\/[a-z0-9]{1,8}$/),
			tags: fc.uniqueArray(tagNames, { minLength: 1, maxLength: 4 }),
		}),
		{ selector: ({ name }) => name, minLength: 1 },
	);
	fc.assert(
		fc.property(images, (list) => {
			const { wanted, problems } = parse(JSON.stringify({ images: list }));
			expect(problems).toEqual([]);
			expect(wanted).toEqual(
				list.flatMap(({ name, tags }) =>
					tags.map((tag) => `${name.replace("/", " ")} ${tag} = upstream`),
				),
			);
		}),
	);
});

test("no text makes it throw, and every problem is one line", () => {
	const pieces = fc.constantFrom(
		...["- ", "name", "tags", "dmap", "images", "overrides", "image", "tag"],
		...["owner", "reason", "expires", ": ", "\n", "  ", "[", "]", "{", "}"],
		...['"', "'", ",", A, "docker.io/library/debian", "nginx", "1.0", "*"],
		...["&a", "<<", "!!str", "---\n", "#", "|", "\t", "\0", "__proto__"],
		...["\u001b[2J", "2026-12-31", `docker.io/team/debian@${A}`],
	);
	fc.assert(
		fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
			for (const line of parse(parts.join("")).problems) {
				expect(line).toMatch(
					/^m\.yaml(?::[^\n]+)?: [^\n]+, got [^\n]+; expected [^\n]+\. Fix: [^\n]+\.$/,
				);
			}
		}),
		{ numRuns: 1000 },
	);
});

test("no name or image makes it throw, and what is taken is safe in a path", () => {
	const parts = fc.constantFrom(
		...["docker.io", "quay.io", "library", "debian", "/", "/", "..", "%2f"],
		...["@", ":", "*", "A", "_", "-", "10.0.0.1", "[::1]", ":443", A],
		...["\0", "\n", "\u001b[2J", "\u202e", "\u0430", "\ud800", "\u{1f600}"],
	);
	const anything = fc.oneof(
		fc.string(),
		fc.array(parts, { maxLength: 6 }).map((list) => list.join("")),
	);
	fc.assert(
		fc.property(anything, anything, (name, image) => {
			const { wanted } = parseWantedTags([
				{
					path: "m.yaml",
					text: JSON.stringify({
						images: [{ name, tags: ["1"] }],
						overrides: [
							{
								name,
								tag: "1",
								image,
								owner: "o",
								reason: "r",
								expires: "2026-01-01",
							},
						],
					}),
				},
			]);
			for (const { registry, repository } of wanted) {
				expect(`${registry}/${repository}`).toBe(name);
				expect(name).toMatch(
					/^[a-z0-9][a-z0-9.-]*\.[a-z0-9.-]*(?:\/[a-z0-9][a-z0-9._-]*)+$/,
				);
			}
		}),
		{ numRuns: 400 },
	);
});
