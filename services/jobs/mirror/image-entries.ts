import { isMap, isSeq } from "yaml";
import type { Digest } from "../../oci/digest.ts";
import { digestFinding } from "../manifest-rules.ts";
import { shown } from "../problem.ts";
import { entriesOf, type Field } from "../yaml-fields.ts";
import { kindOf, type MaybeNode, type YamlReader } from "../yaml-reader.ts";
import { EXAMPLE, repositoryAt, tagAt } from "./list-fields.ts";
import { archiveName, type Upstream, type WantedTag } from "./wanted-tag.ts";

/** A tag as it is listed, before overrides. */
export type ListedTag = Omit<WantedTag, "override">;

/** Reads the `images` of a list, tag by tag. What has a problem is left out. */
export function readImages(
	yaml: YamlReader,
	field: Field,
): readonly ListedTag[] {
	const seen = new Map<string, string>();
	const kind = {
		expected: "an entry with name and tags or dmap",
		example: EXAMPLE,
	};
	return [...entriesOf(yaml, field, kind)].flatMap(({ entry, path }) => {
		const keys = yaml.keys(entry, path, ["name", "tags", "dmap"]);
		const at = (key: string) => ({
			node: keys?.get(key),
			path: `${path}.${key}`,
		});
		const upstream = keys && repositoryAt(yaml, at("name"));
		if (!upstream) return [];
		const name = archiveName(upstream);
		const first = seen.get(name);
		if (first !== undefined) {
			yaml.report(`${path}.name`, {
				what: `repository is listed before, at ${first}`,
				got: shown(name),
				expected: "each repository once in a file",
				fix: "move its tags to the first entry",
			});
			return [];
		}
		seen.set(name, path);
		if (!keys.has("tags") && !keys.has("dmap")) {
			yaml.report(path, {
				what: "image without tags",
				got: shown(name),
				expected: "tags, dmap or both",
				fix: "add the tags the Archive is to have, or remove the entry",
			});
		}
		return [
			...(keys.has("tags") ? readTags(yaml, at("tags"), upstream) : []),
			...(keys.has("dmap") ? readDmap(yaml, at("dmap"), upstream) : []),
		];
	});
}

function readDmap(
	yaml: YamlReader,
	{ node, path }: Field,
	upstream: Upstream,
): readonly ListedTag[] {
	if (!isMap(node) || node.items.length === 0) {
		yaml.report(path, {
			what: "no digests",
			got: kindOf(node),
			expected: 'a map such as {"sha256:…": ["12.5"]}',
			fix: "add the digest and its tags, or remove the key",
		});
		return [];
	}
	const seen = new Set<string>();
	return node.items.flatMap(({ key, value }) => {
		const digest = yaml.text(key as MaybeNode, path, "digest");
		if (digest === undefined) return [];
		const at = `${path}[${shown(digest)}]`;
		const finding = digestFinding(digest);
		if (finding) {
			yaml.report(at, finding);
			return [];
		}
		if (seen.has(digest)) {
			yaml.report(at, {
				what: "digest is listed before",
				got: shown(digest),
				expected: "each digest once in an entry",
				fix: "move its tags to the first one",
			});
			return [];
		}
		seen.add(digest);
		const field = { node: value as MaybeNode, path: at };
		return readTags(yaml, field, upstream, digest as Digest);
	});
}

function readTags(
	yaml: YamlReader,
	{ node, path }: Field,
	upstream: Upstream,
	pinned?: Digest,
): readonly ListedTag[] {
	const { file } = yaml;
	if (!isSeq(node) || node.items.length === 0) {
		yaml.report(path, {
			what: "no tags",
			got: kindOf(node),
			expected: 'a list such as ["12", "12.5"]',
			fix: `add a tag, or remove the ${pinned ? "digest" : "key"}`,
		});
		return [];
	}
	return node.items.flatMap((item, i) => {
		const field = { node: item as MaybeNode, path: `${path}[${i}]` };
		const tag = tagAt(yaml, field);
		if (tag === undefined) return [];
		const { path: place } = field;
		return [{ ...upstream, tag, ...(pinned && { pinned }), file, path: place }];
	});
}
