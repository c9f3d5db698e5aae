import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatProblem } from "../../../services/jobs/problem.ts";
import {
	type PromotionManifestOptions,
	parsePromotions,
} from "../../../services/jobs/promotion-manifest.ts";

const A = `sha256:${"a".repeat(64)}`;
const B = `sha256:${"b".repeat(64)}`;

/** What a file named `m.yaml` asks for, in short, and its problems as they are printed. */
function parse(text: string, options?: PromotionManifestOptions) {
	return parseFiles({ "m.yaml": text }, options);
}

function parseFiles(
	files: Record<string, string>,
	options?: PromotionManifestOptions,
) {
	const { promotions, problems } = parsePromotions(
		Object.entries(files).map(([path, text]) => ({ path, text })),
		options,
	);
	return {
		wanted: promotions.map((p) => `${p.repository}:${p.tag}@${p.digest}`),
		problems: problems.map(formatProblem),
	};
}

const entry = (name: string, digest: string, ...tags: string[]) =>
	`- name: ${name}\n  dmap:\n    "${digest}": [${tags.join(", ")}]\n`;

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
			"no images",
			"{}",
			"m.yaml: no images, got a map without them; expected the key 'images'. Fix: add it.",
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
			'm.yaml:imagse: unknown key, got "imagse"; expected images. Fix: correct or remove it.',
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

	test.each<[string, string, string]>([
		[
			"broken YAML",
			"- name: [",
			'm.yaml:line 1: not plain YAML, got "Flow sequence in block collection must be sufficiently indented and end with a ]"; expected maps, lists and text. Fix: correct the line.',
		],
		[
			"an alias",
			"- &a name\n- *a",
			'm.yaml:line 1: YAML anchor, got "&a"; expected everything written where it counts. Fix: write the value itself.',
		],
		[
			"a tag of YAML",
			"- !!binary aGk=",
			'm.yaml:line 1: YAML tag, got "tag:yaml.org,2002:binary"; expected everything written where it counts. Fix: write the value itself.',
		],
		[
			"a merge key",
			"- <<: {}\n  name: a",
			'm.yaml:line 1: YAML merge key, got "<<"; expected everything written where it counts. Fix: write the value itself.',
		],
		[
			"a byte order mark",
			`\uFEFF${entry("team/app", A, '"1"')}`,
			'm.yaml:line 1: byte order mark, got "\\ufeff"; expected UTF-8 without one. Fix: save the file without BOM.',
		],
		[
			"Windows line ends",
			entry("team/app", A, '"1"').replaceAll("\n", "\r\n"),
			'm.yaml:line 1: Windows line end, got "\\u000d"; expected line feeds alone. Fix: save the file with Unix line ends.',
		],
		[
			"two documents",
			"[]\n---\n[]\n",
			'm.yaml:line 2: second document, got "---"; expected one document in each file. Fix: move it to a file of its own.',
		],
		[
			"endless nesting",
			"[".repeat(100_000),
			"m.yaml:line 1: nested too deeply, got more levels than the parser follows; expected the few levels that people write. Fix: write the file anew.",
		],
	])("%s", (_, text, message) => {
		const { wanted, problems } = parse(text);
		expect(wanted).toEqual([]);
		expect(problems[0]).toBe(message);
	});
});

test.each([10, 100, 500, 700, 1_000, 5_000, 50_000])(
	"%i levels of nesting do not end the process",
	(depth) => {
		const nested = `${"[".repeat(depth)}${"]".repeat(depth)}`;
		expect(parse(nested).wanted).toEqual([]);
		expect(parse(nested).problems).not.toEqual([]);
	},
);

describe("what is asked for twice", () => {
	test("in one file is refused by repository", () => {
		const text =
			entry("team/app", A, '"1.0.0"') + entry("team/app", B, '"2.0.0"');
		expect(parse(text)).toEqual({
			wanted: [`team/app:1.0.0@${A}`],
			problems: [
				'm.yaml:[1].name: repository is listed before, at [0], got "team/app"; expected each repository once in a file. Fix: move its digests to the first entry.',
			],
		});
	});

	test("in one entry is refused by digest", () => {
		const text = `- name: team/app\n  dmap:\n    "${A}": ["1.0.0"]\n    "${A}": ["2.0.0"]`;
		expect(parse(text)).toEqual({
			wanted: [`team/app:1.0.0@${A}`],
			problems: [
				`m.yaml:[0].dmap["${A}"]: digest is listed before, got "${A}"; expected each digest once in an entry. Fix: move its tags to the first one.`,
			],
		});
	});

	test("in two files is promoted once", () => {
		const text = entry("team/app", A, '"1.0.0"');
		expect(parseFiles({ "a.yaml": text, "b.yaml": text })).toEqual({
			wanted: [`team/app:1.0.0@${A}`],
			problems: [
				`b.yaml:[0].dmap["${A}"][0]: team/app:1.0.0 is asked for before, at a.yaml:[0].dmap["${A}"][0], got "1.0.0"; expected each tag once. Fix: remove this one.`,
			],
		});
	});

	test("with two digests is promoted to neither", () => {
		expect(
			parseFiles({
				"a.yaml": entry("team/app", A, '"1.0.0"', '"1.1.0"'),
				"b.yaml": entry("team/app", B, '"1.0.0"'),
			}),
		).toEqual({
			wanted: [`team/app:1.1.0@${A}`],
			problems: [
				`b.yaml:[0].dmap["${B}"][0]: team/app:1.0.0 is also asked for with ${A}, at a.yaml:[0].dmap["${A}"][0], got ${B}; expected one digest for a tag; neither is promoted. Fix: remove one of them.`,
			],
		});
	});

	test("of the same repository in two files is fine when the digests differ", () => {
		expect(
			parseFiles({
				"a.yaml": entry("team/app", A, '"1.0.0"'),
				"b.yaml": entry("team/app", B, '"2.0.0"'),
			}).problems,
		).toEqual([]);
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

const digests = fc
	.stringMatching(/^[0-9a-f]{64}$/)
	.map((hex) => `sha256:${hex}`);
const names = fc.stringMatching(/^[a-z0-9]{1,8}\/[a-z0-9]{1,8}$/);
const tags = fc
	.stringMatching(/^[a-zA-Z_][a-zA-Z0-9._-]{0,20}$/)
	.filter((tag) => tag !== "latest");

test("whatever is written is read back", () => {
	fc.assert(
		fc.property(
			fc.uniqueArray(
				fc.record({
					name: names,
					digest: digests,
					tags: fc.uniqueArray(tags, { minLength: 1, maxLength: 4 }),
				}),
				{
					selector: ({ name }) => name,
				},
			),
			(images) => {
				const text = JSON.stringify(
					images.map(({ name, digest, tags }) => ({
						name,
						dmap: { [digest]: tags },
					})),
				);
				expect(parse(text)).toEqual({
					wanted: images.flatMap(({ name, digest, tags }) =>
						tags.map((tag) => `${name}:${tag}@${digest}`),
					),
					problems: [],
				});
			},
		),
	);
});

test("no text makes it throw, and every problem is one line", () => {
	const pieces = fc.constantFrom(
		"- ",
		"name",
		"dmap",
		": ",
		"\n",
		"  ",
		"[",
		"]",
		"{",
		"}",
		'"',
		"'",
		",",
		A,
		"team/app",
		"1.0",
		"&a",
		"*a",
		"<<",
		"!!str",
		"---\n",
		"#",
		"|",
		">",
		"\t",
		"\0",
		"? ",
		"__proto__",
		"\u001b[2J",
		"%YAML 1.1\n",
		"images",
	);
	fc.assert(
		fc.property(fc.array(pieces, { maxLength: 25 }), (parts) => {
			for (const line of parse(parts.join("")).problems) {
				expect(line).toMatch(
					/^m\.yaml(?::[^\n]+)?: [^\n]+, got [^\n]+; expected [^\n]+\. Fix: [^\n]+\.$/,
				);
			}
		}),
		{ numRuns: 3000 },
	);
});
