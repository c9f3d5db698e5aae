import { isMap, isScalar, isSeq, type YAMLMap } from "yaml";
import type { Digest } from "../../oci/digest.ts";
import {
	digestFinding,
	type Finding,
	repositoryFinding,
	tagFinding,
} from "../manifest-rules.ts";
import { type Problem, shown } from "../problem.ts";
import { parseStrictYaml } from "../strict-yaml.ts";
import type { YamlFile } from "../yaml-files.ts";
import {
	kindOf,
	type MaybeNode,
	unknownKey,
	YamlReader,
} from "../yaml-reader.ts";
import { withoutConflicts } from "./conflicts.ts";

/** One tag that is to point to one digest at the destination. */
export interface Promotion {
	/** The repository, of the same name at both ends. */
	readonly repository: string;
	readonly digest: Digest;
	readonly tag: string;
	/** Where it was asked for: the file and the place in it. */
	readonly file: string;
	readonly path: string;
}

/** What the manifests ask for. An entry with a problem is left out; it does not block the others. */
export interface Promotions {
	readonly promotions: readonly Promotion[];
	readonly problems: readonly Problem[];
}

export interface PromotionManifestOptions {
	/** Takes the tag `latest`. @default false */
	readonly allowLatest?: boolean;
}

/**
 * Parses promotion manifests: lists of `{name, dmap: {"sha256:…": ["tag", …]}}`, alone or as the
 * `images` of a map. It is the manifest of promo-tools
 * (https://github.com/kubernetes-sigs/promo-tools) without its registries: where images come from and
 * go to is not for those to say who ask for promotions.
 */
export function parsePromotions(
	files: readonly YamlFile[],
	{ allowLatest = false }: PromotionManifestOptions = {},
): Promotions {
	const readers = files.map((file) => new ManifestReader(file, allowLatest));
	const { promotions, problems } = withoutConflicts(
		readers.flatMap((reader) => reader.promotions),
	);
	return {
		promotions,
		problems: [...readers.flatMap((reader) => reader.problems), ...problems],
	};
}

class ManifestReader {
	readonly promotions: Promotion[] = [];
	readonly #yaml: YamlReader;
	readonly #allowLatest: boolean;

	constructor({ path, text }: YamlFile, allowLatest: boolean) {
		this.#yaml = new YamlReader(path);
		this.#allowLatest = allowLatest;
		const yaml = parseStrictYaml(path, text);
		if ("problems" in yaml) this.problems.push(...yaml.problems);
		else this.#root(yaml.root);
	}

	get problems(): Problem[] {
		return this.#yaml.problems;
	}

	#root(root: MaybeNode): void {
		if (isMap(root)) this.#map(root);
		else if (isSeq(root)) this.#images(root, "");
		else if (root === null || (isScalar(root) && root.value === null)) {
			this.#yaml.report("", {
				what: "the file is empty",
				got: "nothing",
				expected: "a list of images",
				fix: "add an entry with name and dmap, or delete the file",
			});
		} else {
			this.#yaml.report("", {
				what: "not a promotion manifest",
				got: kindOf(root),
				expected: "a list of images",
				fix: "begin each entry with '- name:'",
			});
		}
	}

	#map(root: YAMLMap): void {
		const keys = this.#yaml.keys(root, "", ROOT_KEYS, unknownRootKey);
		// Somebody who names registries wants something else than what would happen.
		if (!keys) return;
		if (keys.has("images")) this.#images(keys.get("images"), "images");
		else {
			this.#yaml.report("", {
				what: "no images",
				got: "a map without them",
				expected: "the key 'images'",
				fix: "add it",
			});
		}
	}

	#images(node: MaybeNode, path: string): void {
		if (!isSeq(node)) {
			this.#yaml.report(path, {
				what: "not a list of images",
				got: kindOf(node),
				expected: "a list of entries with name and dmap",
				fix: "begin each entry with '- name:'",
			});
			return;
		}
		const seen = new Map<string, string>();
		for (const [i, entry] of node.items.entries()) {
			this.#entry(entry as MaybeNode, `${path}[${i}]`, seen);
		}
	}

	#entry(node: MaybeNode, path: string, seen: Map<string, string>): void {
		if (!isMap(node)) {
			this.#yaml.report(path, {
				what: "not an image",
				got: kindOf(node),
				expected: "an entry with name and dmap",
				fix: "write it as '- name: team/app' and 'dmap:' below it",
			});
			return;
		}
		const keys = this.#yaml.keys(node, path, ["name", "dmap"]);
		if (!keys) return;
		const name = this.#yaml.text(
			keys.get("name"),
			`${path}.name`,
			"repository",
		);
		if (name === undefined) return;
		const finding = repositoryFinding(name);
		if (finding) {
			this.#yaml.report(`${path}.name`, finding);
			return;
		}
		const first = seen.get(name);
		if (first !== undefined) {
			this.#yaml.report(`${path}.name`, {
				what: `repository is listed before, at ${first}`,
				got: shown(name),
				expected: "each repository once in a file",
				fix: "move its digests to the first entry",
			});
			return;
		}
		seen.set(name, path);
		this.#dmap(keys.get("dmap"), `${path}.dmap`, name);
	}

	#dmap(node: MaybeNode, path: string, repository: string): void {
		if (!isMap(node) || node.items.length === 0) {
			this.#yaml.report(path, {
				what: "no digests",
				got: kindOf(node),
				expected: 'a map such as {"sha256:…": ["1.4.2"]}',
				fix: "add the digest and its tags, or remove the entry",
			});
			return;
		}
		const seen = new Set<string>();
		for (const { key, value } of node.items) {
			const digest = this.#yaml.text(key as MaybeNode, path, "digest");
			if (digest === undefined) continue;
			const at = `${path}[${shown(digest)}]`;
			const finding = digestFinding(digest);
			if (finding) this.#yaml.report(at, finding);
			else if (seen.has(digest)) {
				this.#yaml.report(at, {
					what: "digest is listed before",
					got: shown(digest),
					expected: "each digest once in an entry",
					fix: "move its tags to the first one",
				});
			} else {
				seen.add(digest);
				this.#tags(value as MaybeNode, at, repository, digest as Digest);
			}
		}
	}

	#tags(
		node: MaybeNode,
		path: string,
		repository: string,
		digest: Digest,
	): void {
		if (!isSeq(node) || node.items.length === 0) {
			this.#yaml.report(path, {
				what: "no tags",
				got: kindOf(node),
				expected: 'a list such as ["1.4.2"]',
				fix: "add a tag, or remove the digest",
			});
			return;
		}
		for (const [i, item] of node.items.entries()) {
			const at = `${path}[${i}]`;
			const tag = this.#yaml.text(item as MaybeNode, at, "tag");
			if (tag === undefined) continue;
			const finding = tagFinding(tag, this.#allowLatest);
			if (finding) this.#yaml.report(at, finding);
			else {
				const { file } = this.#yaml;
				this.promotions.push({ repository, digest, tag, file, path: at });
			}
		}
	}
}

const ROOT_KEYS = ["images"];

function unknownRootKey(key: string): Finding {
	if (key !== "registries") return unknownKey(key, ROOT_KEYS);
	return {
		what: "registries named in a manifest",
		got: shown(key),
		expected: "source and destination from the promoter's configuration alone",
		fix: "remove the key",
	};
}
