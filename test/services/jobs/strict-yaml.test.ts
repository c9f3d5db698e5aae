import { describe, expect, test } from "vitest";
import { A, entry, parse } from "./promote/manifest-harness.ts";

describe("the message says what is wrong, where, with which value, and what to do:", () => {
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
