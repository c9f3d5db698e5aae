import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readPlainManifest } from "../../../../services/jobs/promote/plain-manifest.ts";
import { parseYamlManifest } from "../../../../services/jobs/promote/promotion-manifest.ts";

const A = `sha256:${"a".repeat(64)}`;
const B = `sha256:${"b".repeat(64)}`;
const LIST = `# Released by the platform team.
- name: team/app
  dmap:
    "${A}": ["1.4.2", "1.4.3"]

    "${B}":
      ["1.5.0"]
- name: team/other
  dmap:
    "${A}": ["2.0.0"]
`;
const IMAGES = `images:\n${LIST.replaceAll(/^(?=[^#\n])/gm, "  ")}`;

const plain = (text: string) =>
	readPlainManifest({ path: "a.yaml", text }, false);
const parsed = (text: string) =>
	parseYamlManifest({ path: "a.yaml", text }, false);

describe("what is written as most manifests are", () => {
	test.each([
		["a list", LIST],
		["a map with images", IMAGES],
		["without a line end at the end", LIST.trimEnd()],
	])("%s is read as a parser reads it", (_, text) => {
		const images = plain(text);
		expect(images).toHaveLength(4);
		expect(parsed(text)).toEqual({ images, rules: [], problems: [] });
	});
});

describe("everything else is left to a parser", () => {
	test.each([
		["an empty file", ""],
		["comments alone", "# nothing yet\n"],
		["images without one", "images:\n"],
		["a dmap without a digest", "- name: team/app\n  dmap:\n"],
		["an entry more with an empty dmap", `${LIST}- name: a/b\n  dmap:\n`],
		["a digest without tags", `- name: team/app\n  dmap:\n    "${A}":\n`],
		["an empty list of tags", LIST.replace('["2.0.0"]', "[]")],
		["a tag without quotes", LIST.replace('"2.0.0"', "2.0.0")],
		["a tag that is a number", LIST.replace('"2.0.0"', "2")],
		["a tag with an escape", LIST.replace('"2.0.0"', '"2\\u002e0"')],
		["a tag that is none", LIST.replace('"2.0.0"', '".2"')],
		["the tag latest", LIST.replace('"2.0.0"', '"latest"')],
		["a name that may be a number", LIST.replace("team/other", "12")],
		["a name with a registry", LIST.replace("team/other", "a.io/app")],
		["a name that is none", LIST.replace("team/other", "team//app")],
		["a name in quotes", LIST.replace("team/other", '"team/other"')],
		["a repository twice", LIST.replace("team/other", "team/app")],
		["a digest twice", LIST.replace(B, A)],
		["an upper-case digest", LIST.replace("bbbb", "BBBB")],
		["another key", LIST.replace("dmap", "tags")],
		["a key more", `${LIST}  note: "hello"\n`],
		["rules", `${IMAGES}rules: []\n`],
		["a second document", `${LIST}---\n${LIST}`],
		["Windows line ends", LIST.replaceAll("\n", "\r\n")],
		["a byte order mark", `\uFEFF${LIST}`],
		["a tab", LIST.replace("  dmap", "\tdmap")],
		["an anchor", LIST.replace("- name: team/app", "- &a name: team/app")],
		["a comment with a colour", LIST.replace("team.", "team.\u001b[31m")],
		["another indentation", LIST.replaceAll("    ", "     ")],
		["images twice", `images:\n${IMAGES}`],
		["images after the list", `${LIST}images:\n`],
	])("%s", (_, text) => {
		expect(plain(text)).toBeUndefined();
	});
});

test("whatever is changed in it, it is read as a parser reads it or not at all", () => {
	const changes = fc.array(
		fc.record({
			at: fc.nat(IMAGES.length),
			remove: fc.nat(6),
			insert: fc.oneof(
				fc.constant(""),
				fc.constantFrom(
					" ",
					"\n",
					'"',
					"- ",
					":",
					"#",
					"[",
					"]",
					",",
					"&",
					"*",
					"  ",
					"a",
					"0",
					".",
					"/",
				),
				fc.string({ maxLength: 3 }),
			),
		}),
		{ minLength: 1, maxLength: 3 },
	);
	let read = 0;
	fc.assert(
		fc.property(fc.constantFrom(LIST, IMAGES), changes, (text, list) => {
			const changed = list.reduce(
				(now, { at, remove, insert }) =>
					now.slice(0, at) + insert + now.slice(at + remove),
				text,
			);
			const images = plain(changed);
			if (!images) return;
			read++;
			expect(parsed(changed)).toEqual({ images, rules: [], problems: [] });
		}),
		{ numRuns: 3_000 },
	);
	// A property of nothing would hold too.
	expect(read).toBeGreaterThan(50);
}, 60_000);
