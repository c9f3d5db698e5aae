import { isMap, isScalar, isSeq, type YAMLMap } from "yaml";
import type { Digest } from "../../oci/digest.ts";
import type { Finding } from "../manifest-rules.ts";
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
import { type Listed, readImages } from "./image-entries.ts";
import { readPlainManifest } from "./plain-manifest.ts";
import { type PromotionRule, readRules } from "./rule-entries.ts";

/** One tag that is to point to one digest at the destination. */
export interface Promotion {
	/** The repository, of the same name at both ends. */
	readonly repository: string;
	readonly digest: Digest;
	readonly tag: string;
	/** Where it was asked for: the file and the place in it. */
	readonly file: string;
	readonly path: string;
	/** The tag of the source that a rule found. @default - a manifest lists the digest */
	readonly sourceTag?: string;
}

/** A tag at the destination. */
export type ListedTag = Pick<Promotion, "repository" | "tag">;

/** What the manifests ask for. An entry with a problem is left out; it does not block the others. */
export interface Promotions {
	readonly promotions: readonly Promotion[];
	/** Every tag that a manifest lists, those with a problem too. Rules have no say on them. */
	readonly listed: readonly ListedTag[];
	/** What is promoted without being listed. */
	readonly rules: readonly PromotionRule[];
	readonly problems: readonly Problem[];
}

export interface PromotionManifestOptions {
	/** Takes the tag `latest`. @default false */
	readonly allowLatest?: boolean;
}

/**
 * Parses promotion manifests: lists of `{name, dmap: {"sha256:…": ["tag", …]}}`, alone or as the
 * `images` of a map, which may have `rules` of the form `{repositories, tags, promote}` too.
 *
 * The images are those of the manifest of promo-tools
 * (https://github.com/kubernetes-sigs/promo-tools) without its registries: where images come from and
 * go to is not for those to say who ask for promotions.
 */
export function parsePromotions(
	files: readonly YamlFile[],
	{ allowLatest = false }: PromotionManifestOptions = {},
): Promotions {
	const manifests = files.map((file) => parseManifest(file, allowLatest));
	const listed = manifests.flatMap(({ images }) => images);
	const { promotions, problems } = withoutConflicts(
		listed.filter((image): image is Promotion => image.digest !== undefined),
	);
	return {
		promotions,
		listed: listed.map(({ repository, tag }) => ({ repository, tag })),
		rules: manifests.flatMap(({ rules }) => rules),
		problems: [
			...manifests.flatMap((manifest) => manifest.problems),
			...problems,
		],
	};
}

/** What one manifest says. */
export interface Manifest {
	readonly images: readonly Listed[];
	readonly rules: readonly PromotionRule[];
	readonly problems: readonly Problem[];
}

const NOTHING = { images: [], rules: [] };

function parseManifest(file: YamlFile, allowLatest: boolean): Manifest {
	const images = readPlainManifest(file, allowLatest);
	return images
		? { ...NOTHING, images, problems: [] }
		: parseYamlManifest(file, allowLatest);
}

/** Parses a manifest however it is written. */
export function parseYamlManifest(
	{ path, text }: YamlFile,
	allowLatest: boolean,
): Manifest {
	const parsed = parseStrictYaml(path, text);
	if ("problems" in parsed) return { ...NOTHING, problems: parsed.problems };
	const yaml = new YamlReader(path);
	const asked = readRoot(yaml, parsed.root, allowLatest);
	return { ...asked, problems: yaml.problems };
}

function readRoot(
	yaml: YamlReader,
	root: MaybeNode,
	allowLatest: boolean,
): Omit<Manifest, "problems"> {
	if (isMap(root)) return readMap(yaml, root, allowLatest);
	if (isSeq(root)) {
		const field = { node: root as MaybeNode, path: "" };
		return { images: readImages(yaml, field, allowLatest), rules: [] };
	}
	const isEmpty = root === null || (isScalar(root) && root.value === null);
	yaml.report("", {
		what: isEmpty ? "the file is empty" : "not a promotion manifest",
		got: kindOf(root),
		expected: "a list of images",
		fix: isEmpty
			? "add an entry with name and dmap, or delete the file"
			: "begin each entry with '- name:'",
	});
	return NOTHING;
}

function readMap(
	yaml: YamlReader,
	root: YAMLMap,
	allowLatest: boolean,
): Omit<Manifest, "problems"> {
	// Somebody who names registries wants something else than what would happen.
	const keys = yaml.keys(root, "", ROOT_KEYS, unknownRootKey);
	if (!keys) return NOTHING;
	if (keys.size === 0) {
		yaml.report("", {
			what: "nothing is asked for",
			got: "an empty map",
			expected: "a map with images, rules or both",
			fix: "add one of them, or delete the file",
		});
	}
	const at = (key: string) => ({ node: keys.get(key), path: key });
	return {
		images: keys.has("images")
			? readImages(yaml, at("images"), allowLatest)
			: [],
		rules: keys.has("rules") ? readRules(yaml, at("rules")) : [],
	};
}

const ROOT_KEYS = ["images", "rules"];

function unknownRootKey(key: string): Finding {
	if (key !== "registries") return unknownKey(key, ROOT_KEYS);
	return {
		what: "registries named in a manifest",
		got: shown(key),
		expected: "source and destination from the promoter's configuration alone",
		fix: "remove the key",
	};
}
