import type { Digest } from "../../oci/digest.ts";
import { repositoryFinding, tagFinding } from "../manifest-rules.ts";
import type { YamlFile } from "../yaml-files.ts";
import type { Promotion } from "./promotion-manifest.ts";

// The lines of a manifest as people and tools write them, indented by two.
const IGNORED = /^ *(?:#[ -~]*)?$/;
const IMAGES = /^images:$/;
const NAME = /^( *)- name: ([a-z0-9._/-]+)$/;
const DMAP = /^( *)dmap:$/;
const DIGEST = /^( *)"(sha256:[0-9a-f]{64})":(?: (\[.*\]))?$/;
const TAGS = /^( *)(\[.*\])$/;
const LIST = /^\[ *("[A-Za-z0-9_.-]+"(?: *, *"[A-Za-z0-9_.-]+")*) *\]$/;

/**
 * Reads a manifest that is written as most are, line by line and some thirty times as fast as a YAML
 * parser, which for thousands of entries is most of what a run that has nothing to do would do.
 *
 * Undefined when anything in it is written in another way or is not in order: then it is for a parser
 * to tell what it means or what is wrong with it. What it reads, a parser reads too and alike.
 */
export function readPlainManifest(
	{ path: file, text }: YamlFile,
	allowLatest: boolean,
): readonly Promotion[] | undefined {
	const reader = new PlainReader(file, allowLatest);
	for (const line of text.split("\n")) {
		if (IGNORED.test(line)) continue;
		if (!reader.take(line)) return undefined;
	}
	return reader.isComplete ? reader.promotions : undefined;
}

class PlainReader {
	readonly promotions: Promotion[] = [];
	readonly #file: string;
	readonly #allowLatest: boolean;
	readonly #names = new Set<string>();
	readonly #digests = new Set<string>();
	/** What the entries are below; undefined before the first one. */
	#root: { readonly path: string; readonly indent: number } | undefined;
	#images = -1;
	#name = "";
	#digest: Digest | undefined;
	#expected: "name" | "dmap" | "digest" | "tags" = "name";

	constructor(file: string, allowLatest: boolean) {
		this.#file = file;
		this.#allowLatest = allowLatest;
	}

	/** Something was read, and nothing begun is without its end. */
	get isComplete(): boolean {
		return this.#expected === "digest" && this.#digests.size > 0;
	}

	/** Takes the next line; false when it is none that stands here in a plain manifest. */
	take(line: string): boolean {
		switch (this.#expected) {
			case "name":
				return this.#takeName(line);
			case "dmap":
				return this.#takeDmap(line);
			case "tags":
				return this.#takeTags(line);
			case "digest":
				// After the tags of one digest come another digest or another image.
				return (
					this.#takeDigest(line) || (this.isComplete && this.#takeName(line))
				);
		}
	}

	#takeName(line: string): boolean {
		if (!this.#root && IMAGES.test(line)) {
			this.#root = { path: "images", indent: 2 };
			return true;
		}
		const [, indent = "", name = ""] = NAME.exec(line) ?? [];
		this.#root ??= { path: "", indent: 0 };
		// A name without a slash may be a number or a word that means something in YAML.
		if (indent.length !== this.#root.indent || !name.includes("/"))
			return false;
		if (repositoryFinding(name) || this.#names.has(name)) return false;
		this.#names.add(name);
		this.#name = name;
		this.#images++;
		this.#digests.clear();
		this.#expected = "dmap";
		return true;
	}

	#takeDmap(line: string): boolean {
		if (!this.#isAt(DMAP.exec(line), 2)) return false;
		this.#expected = "digest";
		return true;
	}

	#takeDigest(line: string): boolean {
		const match = DIGEST.exec(line);
		const digest = match?.[2];
		if (!this.#isAt(match, 4) || digest === undefined) return false;
		if (this.#digests.has(digest)) return false;
		this.#digests.add(digest);
		this.#digest = digest as Digest;
		if (match?.[3] !== undefined) return this.#readTags(match[3]);
		this.#expected = "tags";
		return true;
	}

	#takeTags(line: string): boolean {
		const match = TAGS.exec(line);
		return this.#isAt(match, 6) && this.#readTags(match?.[2] ?? "");
	}

	#readTags(list: string): boolean {
		const quoted = LIST.exec(list)?.[1];
		const digest = this.#digest;
		if (quoted === undefined || digest === undefined) return false;
		const place = `${this.#root?.path}[${this.#images}].dmap["${digest}"]`;
		for (const [i, item] of quoted.split(",").entries()) {
			const tag = item.trim().slice(1, -1);
			if (tagFinding(tag, this.#allowLatest)) return false;
			this.promotions.push({
				repository: this.#name,
				digest,
				tag,
				file: this.#file,
				path: `${place}[${i}]`,
			});
		}
		this.#expected = "digest";
		return true;
	}

	#isAt(match: RegExpExecArray | null, below: number): boolean {
		return match?.[1]?.length === (this.#root?.indent ?? 0) + below;
	}
}
