import type { Finding } from "../manifest-rules.ts";
import { shown } from "../problem.ts";
import { entriesOf, type Field, parsedAt, textAt } from "../yaml-fields.ts";
import type { MaybeNode, YamlReader } from "../yaml-reader.ts";
import { EXAMPLE, repositoryAt, tagAt } from "./list-fields.ts";
import { dayFinding, parseOverrideImage } from "./list-rules.ts";
import type { Override, Target } from "./wanted-tag.ts";

/** An override with the tag it is for. */
export interface ListedOverride extends Target {
	readonly override: Override;
}

const KEYS = ["name", "tag", "image", "owner", "reason", "expires"] as const;
type Key = (typeof KEYS)[number];

/** Reads the `overrides` of a list. One with a problem is left out. */
export function readOverrides(
	yaml: YamlReader,
	field: Field,
): readonly ListedOverride[] {
	const kind = {
		expected: "an entry with name, tag, image, owner, reason and expires",
		example: EXAMPLE,
	};
	return [...entriesOf(yaml, field, kind)].flatMap(({ entry, path }) => {
		const keys = yaml.keys(entry, path, KEYS);
		const override = keys && readOverride(yaml, keys, path);
		return override ? [override] : [];
	});
}

function readOverride(
	yaml: YamlReader,
	keys: ReadonlyMap<string, MaybeNode>,
	path: string,
): ListedOverride | undefined {
	const { file } = yaml;
	const at = (key: Key) => ({ node: keys.get(key), path: `${path}.${key}` });
	const upstream = repositoryAt(yaml, at("name"));
	const tag = tagAt(yaml, at("tag"));
	const image = parsedAt(yaml, at("image"), "image", parseOverrideImage);
	const owner = textAt(yaml, at("owner"), "owner", blankFinding);
	const reason = textAt(yaml, at("reason"), "reason", blankFinding);
	const expires = textAt(yaml, at("expires"), "last day", dayFinding);
	if (!upstream || !tag || !image || !owner || !reason || !expires) {
		return undefined;
	}
	const override = { image, owner, reason, expires, file, path };
	return { ...upstream, tag, override };
}

function blankFinding(text: string): Finding | undefined {
	if (text.trim() !== "") return undefined;
	return {
		what: "nothing but blanks",
		got: shown(text),
		expected: "words for whoever meets the override later",
		fix: "write them there",
	};
}
