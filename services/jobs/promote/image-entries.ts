import { isMap, isSeq } from "yaml";
import type { Digest } from "../../oci/digest.ts";
import {
	digestFinding,
	type Finding,
	repositoryFinding,
	tagFinding,
} from "../manifest-rules.ts";
import { shown } from "../problem.ts";
import { type Field, textAt } from "../yaml-fields.ts";
import { kindOf, type MaybeNode, type YamlReader } from "../yaml-reader.ts";
import type { Promotion } from "./promotion-manifest.ts";

/** A tag as it is listed; without a digest when there is a problem with what it is listed for. */
export type Listed = Omit<Promotion, "digest"> & Partial<Promotion>;

/** Reads the images of a manifest, tag by tag. */
export function readImages(
	yaml: YamlReader,
	{ node, path }: Field,
	allowLatest: boolean,
): readonly Listed[] {
	if (!isSeq(node)) {
		yaml.report(path, {
			what: "not a list of images",
			got: kindOf(node),
			expected: "a list of entries with name and dmap",
			fix: "begin each entry with '- name:'",
		});
		return [];
	}
	const seen = new Map<string, string>();
	return node.items.flatMap((item, i) => {
		const entry = { node: item as MaybeNode, path: `${path}[${i}]` };
		return readImage(yaml, entry, seen, allowLatest);
	});
}

function readImage(
	yaml: YamlReader,
	{ node, path }: Field,
	seen: Map<string, string>,
	allowLatest: boolean,
): readonly Listed[] {
	if (!isMap(node)) {
		yaml.report(path, {
			what: "not an image",
			got: kindOf(node),
			expected: "an entry with name and dmap",
			fix: "write it as '- name: team/app' and 'dmap:' below it",
		});
		return [];
	}
	const keys = yaml.keys(node, path, ["name", "dmap"]);
	if (!keys) return [];
	const at = (key: string) => ({ node: keys.get(key), path: `${path}.${key}` });
	const name = textAt(yaml, at("name"), "repository", repositoryFinding);
	if (name === undefined) return [];
	const listed = readDmap(yaml, at("dmap"), name, allowLatest);
	const first = seen.get(name);
	if (first === undefined) {
		seen.set(name, path);
		return listed;
	}
	yaml.report(`${path}.name`, {
		what: `repository is listed before, at ${first}`,
		got: shown(name),
		expected: "each repository once in a file",
		fix: "move its digests to the first entry",
	});
	return listed.map(withoutDigest);
}

const withoutDigest = ({ digest: _, ...listed }: Listed): Listed => listed;

function readDmap(
	yaml: YamlReader,
	{ node, path }: Field,
	repository: string,
	allowLatest: boolean,
): readonly Listed[] {
	if (!isMap(node) || node.items.length === 0) {
		yaml.report(path, {
			what: "no digests",
			got: kindOf(node),
			expected: 'a map such as {"sha256:…": ["1.4.2"]}',
			fix: "add the digest and its tags, or remove the entry",
		});
		return [];
	}
	const seen = new Set<string>();
	return node.items.flatMap(({ key, value }) => {
		const digest = yaml.text(key as MaybeNode, path, "digest");
		if (digest === undefined) return [];
		const at = `${path}[${shown(digest)}]`;
		const finding = digestFinding(digest) ?? repeated(digest, seen);
		if (finding) yaml.report(at, finding);
		seen.add(digest);
		const field = { node: value as MaybeNode, path: at };
		return readTags(yaml, field, allowLatest).map((tag) => ({
			repository,
			...(!finding && { digest: digest as Digest }),
			...tag,
		}));
	});
}

function repeated(
	digest: string,
	seen: ReadonlySet<string>,
): Finding | undefined {
	if (!seen.has(digest)) return undefined;
	return {
		what: "digest is listed before",
		got: shown(digest),
		expected: "each digest once in an entry",
		fix: "move its tags to the first one",
	};
}

function readTags(
	yaml: YamlReader,
	{ node, path }: Field,
	allowLatest: boolean,
): readonly Pick<Promotion, "tag" | "file" | "path">[] {
	const { file } = yaml;
	if (!isSeq(node) || node.items.length === 0) {
		yaml.report(path, {
			what: "no tags",
			got: kindOf(node),
			expected: 'a list such as ["1.4.2"]',
			fix: "add a tag, or remove the digest",
		});
		return [];
	}
	return node.items.flatMap((item, i) => {
		const field = { node: item as MaybeNode, path: `${path}[${i}]` };
		const tag = textAt(yaml, field, "tag", (text) =>
			tagFinding(text, allowLatest),
		);
		return tag === undefined ? [] : [{ tag, file, path: field.path }];
	});
}
