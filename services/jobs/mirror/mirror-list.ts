import { isMap, isScalar } from "yaml";
import type { Problem } from "../problem.ts";
import { parseStrictYaml } from "../strict-yaml.ts";
import type { YamlFile } from "../yaml-files.ts";
import { kindOf, type MaybeNode, YamlReader } from "../yaml-reader.ts";
import { type ListedTag, readImages } from "./image-entries.ts";
import { type ListedOverride, readOverrides } from "./override-entries.ts";

/** What one list asks for. */
export interface MirrorList {
	readonly tags: readonly ListedTag[];
	readonly overrides: readonly ListedOverride[];
	readonly problems: readonly Problem[];
}

/**
 * Parses a list of what the Archive is to have: `images` of the form
 * `{name, tags: ["tag", …], dmap: {"sha256:…": ["tag", …]}}`, and `overrides` of the form
 * `{name, tag, image, owner, reason, expires}`.
 */
export function parseMirrorList({ path, text }: YamlFile): MirrorList {
	const parsed = parseStrictYaml(path, text);
	if ("problems" in parsed) return { ...NOTHING, problems: parsed.problems };
	const yaml = new YamlReader(path);
	const list = readRoot(yaml, parsed.root);
	return { ...list, problems: yaml.problems };
}

const NOTHING = { tags: [], overrides: [] };

function readRoot(
	yaml: YamlReader,
	root: MaybeNode,
): Omit<MirrorList, "problems"> {
	if (!isMap(root) || root.items.length === 0) {
		yaml.report("", rootFinding(root));
		return NOTHING;
	}
	const keys = yaml.keys(root, "", ["images", "overrides"]);
	if (!keys) return NOTHING;
	const at = (key: string) => ({ node: keys.get(key), path: key });
	return {
		tags: keys.has("images") ? readImages(yaml, at("images")) : [],
		overrides: keys.has("overrides")
			? readOverrides(yaml, at("overrides"))
			: [],
	};
}

function rootFinding(root: MaybeNode) {
	const isEmpty =
		isMap(root) || !root || (isScalar(root) && root.value === null);
	return {
		what: isEmpty ? "nothing is listed" : "not a mirror list",
		got: kindOf(root),
		expected: "a map with images, overrides or both",
		fix: isEmpty
			? "add an image, or delete the file"
			: "write 'images:' above the list",
	};
}
