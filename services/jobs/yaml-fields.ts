import { isMap, isSeq, type YAMLMap } from "yaml";
import type { Finding } from "./manifest-rules.ts";
import { kindOf, type MaybeNode, type YamlReader } from "./yaml-reader.ts";

/** Where something stands in a list. */
export interface Field {
	readonly node: MaybeNode;
	readonly path: string;
}

/** What the entries of a list are, for messages. */
export interface EntryKind {
	/** E.g. `an entry with name and tag`. */
	readonly expected: string;
	/** The first line of one, e.g. `- name: team/app`. */
	readonly example: string;
}

/** The entries of a list below a key, with their places. What is no list, or no entry, is reported. */
export function* entriesOf(
	yaml: YamlReader,
	{ node, path }: Field,
	{ expected, example }: EntryKind,
): Generator<{ readonly entry: YAMLMap; readonly path: string }> {
	if (!isSeq(node) || node.items.length === 0) {
		yaml.report(path, {
			what: `no ${path}`,
			got: kindOf(node),
			expected: `a list; each ${expected}`,
			fix: `begin each entry with '${example.split(" ", 2).join(" ")}', or remove the key`,
		});
		return;
	}
	for (const [i, entry] of node.items.entries()) {
		const at = `${path}[${i}]`;
		if (isMap(entry)) {
			yield { entry, path: at };
			continue;
		}
		yaml.report(at, {
			what: "not an entry",
			got: kindOf(entry as MaybeNode),
			expected,
			fix: `write it as '${example}' with the other keys below it`,
		});
	}
}

/** A text that nothing is wrong with; undefined otherwise, which is reported. `what` names it. */
export function textAt(
	yaml: YamlReader,
	field: Field,
	what: string,
	findingOf: (text: string) => Finding | undefined,
): string | undefined {
	const parse = (text: string) => findingOf(text) ?? { text };
	return parsedAt(yaml, field, what, parse)?.text;
}

/** What a text stands for; undefined when `parse` finds it wrong, which is reported. */
export function parsedAt<T extends object>(
	yaml: YamlReader,
	{ node, path }: Field,
	what: string,
	parse: (text: string) => T | Finding,
): T | undefined {
	const text = yaml.text(node, path, what);
	if (text === undefined) return undefined;
	const parsed = parse(text);
	if (!("what" in parsed)) return parsed;
	yaml.report(path, parsed);
	return undefined;
}
