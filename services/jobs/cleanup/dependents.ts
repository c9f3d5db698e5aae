import type { Digest } from "../../oci/digest.ts";
import { type ResolvedTag, subjectOf } from "./seen-tag.ts";

/** A manifest that an index names. */
export interface Child {
	readonly digest: Digest;
	readonly isIndex: boolean;
}

/** What indexes name, by their digests, or why that could not be read. */
export type Children = ReadonlyMap<
	Digest,
	readonly Child[] | { readonly unreadable: string }
>;

export interface Dependents {
	/** Why tags must stay, by their names. */
	readonly reasons: ReadonlyMap<string, string>;
	/** Indexes that must be read before this can be told; empty when it is final. */
	readonly unread: readonly Digest[];
}

/**
 * Which of the candidates must stay because of tags that stay: those that share a digest with one, and
 * fallback tags of what such a tag points to or an index among that names. They may keep others in
 * turn: a signature can be signed.
 *
 * `doubt` says that something else might need a fallback tag; then all of those stay.
 */
export function dependents(
	staying: readonly ResolvedTag[],
	candidates: readonly ResolvedTag[],
	children: Children,
	doubt?: string,
): Dependents {
	const byDigest = Map.groupBy(candidates, ({ digest }) => digest);
	const bySubject = Map.groupBy(candidates, subjectOf);
	const reasons = new Map<string, string>();
	const reached = new Set<Digest>();
	const unread = new Set<Digest>();
	const queue = [...staying];
	let unclear = doubt;

	drain();
	const undecided = candidates.filter(
		(tag) => subjectOf(tag) !== undefined && !reasons.has(tag.name),
	);
	if (undecided.length === 0) return { reasons, unread: [] };
	if (unclear !== undefined) {
		for (const tag of undecided) keep(tag, unclear);
		drain();
	}
	return { reasons, unread: unclear === undefined ? [...unread] : [] };

	function drain(): void {
		while (queue.length > 0) {
			for (const tag of queue.splice(0)) {
				for (const other of byDigest.get(tag.digest) ?? []) {
					if (other.name === tag.name) continue;
					keep(other, `it shares its digest with ${tag.name}, which stays`);
				}
				// Once for each digest: ten thousand tags may share one.
				byDigest.delete(tag.digest);
				reach(tag);
			}
		}
	}

	// By hand instead of recursion: nothing bounds how deep indexes name each other.
	function reach(tag: ResolvedTag): void {
		const found: Child[] = [tag];
		for (let next = found.pop(); next; next = found.pop()) {
			const { digest, isIndex } = next;
			if (reached.has(digest)) continue;
			reached.add(digest);
			const what = digest === tag.digest ? "" : "a part of ";
			for (const fallback of bySubject.get(digest) ?? []) {
				keep(fallback, `it belongs to ${what}${tag.name}, which stays`);
			}
			if (!isIndex) continue;
			const named = children.get(digest);
			if (named === undefined) unread.add(digest);
			else if ("unreadable" in named) {
				unclear ??= `an index that may need it could not be read: ${named.unreadable}`;
			} else found.push(...named);
		}
	}

	function keep(tag: ResolvedTag, reason: string): void {
		if (reasons.has(tag.name)) return;
		reasons.set(tag.name, reason);
		queue.push(tag);
	}
}
