import { type Problem, shown } from "../problem.ts";
import type { YamlFile } from "../yaml-files.ts";
import type { ListedTag } from "./image-entries.ts";
import { parseMirrorList } from "./mirror-list.ts";
import type { ListedOverride } from "./override-entries.ts";
import { archiveName, type WantedTag } from "./wanted-tag.ts";

/** What all lists together ask for. With a problem in any of them, nothing of it is to be done. */
export interface WantedTags {
	readonly wanted: readonly WantedTag[];
	readonly problems: readonly Problem[];
}

/** Parses the lists of the Archive and joins them: each tag once, with its override if it has one. */
export function parseWantedTags(files: readonly YamlFile[]): WantedTags {
	const lists = files.map(parseMirrorList);
	const tags = lists.flatMap((list) => list.tags);
	const overrides = lists.flatMap((list) => list.overrides);
	const broken = lists.flatMap((list) => list.problems);
	const tagOf = firstByTarget(tags);
	const overrideOf = firstByTarget(overrides);
	const problems = [
		...broken,
		...tags.flatMap((tag) => rivalry(tag, tagOf)),
		...overrides.flatMap((override) => rivalryOf(override, overrideOf)),
		...overrides.flatMap((override) =>
			// A tag that seems not to be listed may be one that has a problem of its own.
			mismatch(override, tagOf.get(targetOf(override)), broken.length === 0),
		),
	];
	return {
		wanted: [...tagOf].map(([target, tag]) => {
			const override = overrideOf.get(target);
			return override ? { ...tag, override } : tag;
		}),
		problems,
	};
}

type Target = Pick<WantedTag, "registry" | "repository" | "tag">;

/** A tag with its repository in the Archive, as messages name it. */
export function targetOf(target: Target): string {
	return `${archiveName(target)}:${target.tag}`;
}

function firstByTarget<T extends Target>(
	items: readonly T[],
): ReadonlyMap<string, T> {
	return new Map(items.toReversed().map((item) => [targetOf(item), item]));
}

function rivalry(
	tag: ListedTag,
	firsts: ReadonlyMap<string, ListedTag>,
): readonly Problem[] {
	const target = targetOf(tag);
	const first = firsts.get(target);
	if (!first || first === tag) return [];
	const place = `${first.file}:${first.path}`;
	const { file, path, pinned } = tag;
	if (first.pinned === pinned) {
		return [
			{
				file,
				path,
				what: `${target} is listed before, at ${place}`,
				got: shown(tag.tag),
				expected: "each tag once",
				fix: "remove this one",
			},
		];
	}
	return [
		{
			file,
			path,
			what: `${target} is also listed ${first.pinned ? `with ${first.pinned}` : "to follow upstream"}, at ${place}`,
			got: pinned ?? shown(tag.tag),
			expected: "a tag with one digest, or one that follows upstream",
			fix: "remove one of them",
		},
	];
}

function rivalryOf(
	override: ListedOverride,
	firsts: ReadonlyMap<string, ListedOverride>,
): readonly Problem[] {
	const target = targetOf(override);
	const first = firsts.get(target);
	if (!first || first === override) return [];
	return [
		{
			file: override.file,
			path: override.path,
			what: `${target} is overridden before, at ${first.file}:${first.path}`,
			got: override.image.digest,
			expected: "one override for a tag",
			fix: "remove one of them",
		},
	];
}

function mismatch(
	override: ListedOverride,
	tag: ListedTag | undefined,
	allAreRead: boolean,
): readonly Problem[] {
	const { file, path } = override;
	const target = targetOf(override);
	if (!tag) {
		if (!allAreRead) return [];
		return [
			{
				file,
				path,
				what: `override of ${target}, which no list asks for`,
				got: shown(override.tag),
				expected: "a tag that goes back to upstream when the override ends",
				fix: `add the tag to the entry of ${archiveName(override)}`,
			},
		];
	}
	if (!tag.pinned || tag.pinned === override.image.digest) return [];
	return [
		{
			file,
			path: `${path}.image`,
			what: `${target} is pinned to ${tag.pinned}, at ${tag.file}:${tag.path}`,
			got: override.image.digest,
			expected: "the pinned digest, or a tag that follows upstream",
			fix: "list the tag below 'tags', or remove the override",
		},
	];
}
