import { isSeq } from "yaml";
import { anchored } from "../../../topology/naming.ts";
import type { Finding } from "../manifest-rules.ts";
import { entriesOf, type Field, textAt } from "../yaml-fields.ts";
import { kindOf, type MaybeNode, type YamlReader } from "../yaml-reader.ts";
import { patternFinding, tagPatternFinding } from "./rule-pattern.ts";
import { templateFinding } from "./tag-template.ts";

/** Which tags of the source are promoted without being listed, and under which tag. */
export interface PromotionRule {
	/** Patterns, anchored at both ends; a repository must match one of them. */
	readonly repositories: readonly string[];
	/** Pattern of tags at the source, anchored at both ends. */
	readonly tags: string;
	/** The tag at the destination, with `$1` to `$9` and `$<name>` for groups of `tags`. */
	readonly promote: string;
	/** Where the rule is: the file and the place in it. */
	readonly file: string;
	readonly path: string;
}

const KEYS = ["repositories", "tags", "promote"] as const;
type Key = (typeof KEYS)[number];
const KIND = {
	expected: "an entry with repositories, tags and promote",
	example: "- repositories: [team/app]",
};

/** Reads the `rules` of a manifest. One with a problem is left out. */
export function readRules(
	yaml: YamlReader,
	field: Field,
): readonly PromotionRule[] {
	return [...entriesOf(yaml, field, KIND)].flatMap(({ entry, path }) => {
		const keys = yaml.keys(entry, path, KEYS);
		const rule = keys && readRule(yaml, keys, path);
		return rule ? [rule] : [];
	});
}

function readRule(
	yaml: YamlReader,
	keys: ReadonlyMap<string, MaybeNode>,
	path: string,
): PromotionRule | undefined {
	const { file } = yaml;
	const at = (key: Key) => ({ node: keys.get(key), path: `${path}.${key}` });
	const repositories = readPatterns(yaml, at("repositories"));
	const tags = textAt(yaml, at("tags"), "pattern", tagPatternFinding);
	const promote = textAt(yaml, at("promote"), "tag", (template) =>
		tags === undefined ? undefined : templateProblem(template, tags),
	);
	if (!repositories || tags === undefined || promote === undefined) {
		return undefined;
	}
	return { repositories, tags, promote, file, path };
}

function templateProblem(template: string, tags: string): Finding | undefined {
	return templateFinding(template, anchored(tags));
}

/** Undefined when one of them is wrong: a rule is not to hold for less than it says. */
function readPatterns(
	yaml: YamlReader,
	{ node, path }: Field,
): readonly string[] | undefined {
	if (!isSeq(node) || node.items.length === 0) {
		yaml.report(path, {
			what: "no repositories",
			got: kindOf(node),
			expected: 'a list of patterns such as ["team/.*"]',
			fix: "add a pattern",
		});
		return undefined;
	}
	const patterns = node.items.flatMap((item, i) => {
		const field = { node: item as MaybeNode, path: `${path}[${i}]` };
		return textAt(yaml, field, "pattern", patternFinding) ?? [];
	});
	return patterns.length === node.items.length ? patterns : undefined;
}
