import { describe, expect, test } from "vitest";
import { debian, parse } from "./list-harness.ts";

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
			"two documents",
			`${debian('tags: ["12"]')}---\nimages: []`,
			'm.yaml:line 4: second document, got "---"; expected one document in each file. Fix: move it to a file of its own.',
		],
	])("%s", (_, text, message) => {
		expect(parse(text).problems).toEqual([message]);
	});
});
