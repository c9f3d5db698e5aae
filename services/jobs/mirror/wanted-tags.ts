import { type Problem, shown } from "../problem.ts";
import type { YamlFile } from "../yaml-files.ts";
import type { ListedTag } from "./image-entries.ts";
import { parseMirrorList } from "./mirror-list.ts";
import type { ListedOverride } from "./override-entries.ts";
import {
	archiveName,
	type Target,
	targetOf,
	type WantedTag,
} from "./wanted-tag.ts";

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
	const unread = lists.flatMap((list) => list.problems);
	const tagOf = firstByTarget(tags);
	const overrideOf = firstByTarget(overrides);
	const problems = [
		...unread,
		...tags.flatMap((tag) => duplicateTag(tag, tagOf) ?? []),
		...overrides.flatMap((each) => duplicateOverride(each, overrideOf) ?? []),
		...overrides.flatMap((each) => overrideOfPinned(each, tagOf) ?? []),
		// A tag that seems not to be listed may be one that has a problem of its own.
		...(unread.length > 0
			? []
			: overrides.flatMap((each) => overrideOfNothing(each, tagOf) ?? [])),
	];
	return {
		wanted: [...tagOf].map(([target, tag]) => {
			const override = overrideOf.get(target)?.override;
			return override ? { ...tag, override } : tag;
		}),
		problems,
	};
}

function firstByTarget<T extends Target>(
	items: readonly T[],
): ReadonlyMap<string, T> {
	const firsts = new Map<string, T>();
	for (const item of items) {
		const target = targetOf(item);
		if (!firsts.has(target)) firsts.set(target, item);
	}
	return firsts;
}

function duplicateTag(
	tag: ListedTag,
	firsts: ReadonlyMap<string, ListedTag>,
): Problem | undefined {
	const target = targetOf(tag);
	const first = firsts.get(target);
	if (!first || first === tag) return undefined;
	const place = `${first.file}:${first.path}`;
	const { file, path, pinned } = tag;
	if (first.pinned === pinned) {
		return {
			file,
			path,
			what: `${target} is listed before, at ${place}`,
			got: shown(tag.tag),
			expected: "each tag once",
			fix: "remove this one",
		};
	}
	const before = first.pinned ? `with ${first.pinned}` : "to follow upstream";
	return {
		file,
		path,
		what: `${target} is also listed ${before}, at ${place}`,
		got: pinned ?? shown(tag.tag),
		expected: "a tag with one digest, or one that follows upstream",
		fix: "remove one of them",
	};
}

function duplicateOverride(
	listed: ListedOverride,
	firsts: ReadonlyMap<string, ListedOverride>,
): Problem | undefined {
	const target = targetOf(listed);
	const first = firsts.get(target);
	if (!first || first === listed) return undefined;
	const { file, path, image } = listed.override;
	return {
		file,
		path,
		what: `${target} is overridden before, at ${first.override.file}:${first.override.path}`,
		got: image.digest,
		expected: "one override for a tag",
		fix: "remove one of them",
	};
}

function overrideOfNothing(
	listed: ListedOverride,
	tags: ReadonlyMap<string, ListedTag>,
): Problem | undefined {
	const target = targetOf(listed);
	if (tags.has(target)) return undefined;
	const { file, path } = listed.override;
	return {
		file,
		path,
		what: `override of ${target}, which no list asks for`,
		got: shown(listed.tag),
		expected: "a tag that goes back to upstream when the override ends",
		fix: `add the tag to the entry of ${archiveName(listed)}`,
	};
}

function overrideOfPinned(
	listed: ListedOverride,
	tags: ReadonlyMap<string, ListedTag>,
): Problem | undefined {
	const target = targetOf(listed);
	const tag = tags.get(target);
	const { file, path, image } = listed.override;
	if (!tag?.pinned || tag.pinned === image.digest) return undefined;
	return {
		file,
		path: `${path}.image`,
		what: `${target} is pinned to ${tag.pinned}, at ${tag.file}:${tag.path}`,
		got: image.digest,
		expected: "the pinned digest, or a tag that follows upstream",
		fix: "list the tag below 'tags', or remove the override",
	};
}
