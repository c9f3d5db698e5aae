import { describe, expect, test } from "vitest";
import { parsePromotions } from "../../../../services/jobs/promote/promotion-manifest.ts";
import { A, B, entry, parse, parseFiles } from "./manifest-harness.ts";

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

	test("for two digests of one entry is promoted to neither", () => {
		const text = `- name: team/app\n  dmap:\n    "${A}": ["1.0.0", "1.1.0"]\n    "${B}": ["1.0.0"]`;
		expect(parse(text)).toEqual({
			wanted: [`team/app:1.1.0@${A}`],
			problems: [
				`m.yaml:[0].dmap["${B}"][0]: team/app:1.0.0 is also asked for with ${A}, at m.yaml:[0].dmap["${A}"][0], got ${B}; expected one digest for a tag; neither is promoted. Fix: remove one of them.`,
			],
		});
	});

	test("for one digest is promoted once", () => {
		expect(parse(entry("team/app", A, '"1.0.0"', '"1.0.0"'))).toEqual({
			wanted: [`team/app:1.0.0@${A}`],
			problems: [
				`m.yaml:[0].dmap["${A}"][1]: team/app:1.0.0 is asked for before, at m.yaml:[0].dmap["${A}"][0], got "1.0.0"; expected each tag once. Fix: remove this one.`,
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

test("a tag that is listed wrongly stays out of the hands of rules", () => {
	const text =
		entry("team/app", A, '"1.0.0"') +
		entry("team/app", B, '"1.1.0"') +
		entry("team/b", "sha256:12", '"1.2.0"', '"/"') +
		`- name: team/c\n  dmap:\n    "${A}": ["1.3.0"]\n    "${B}": ["1.3.0"]\n    "${A}": ["1.4.0"]`;
	const { promotions, listed } = parsePromotions([{ path: "m.yaml", text }]);
	expect(promotions.map(({ tag }) => tag)).toEqual(["1.0.0"]);
	expect(listed.map(({ repository, tag }) => `${repository}:${tag}`)).toEqual([
		"team/app:1.0.0",
		"team/app:1.1.0",
		"team/b:1.2.0",
		"team/c:1.3.0",
		"team/c:1.3.0",
		"team/c:1.4.0",
	]);
});
