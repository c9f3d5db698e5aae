import type { Digest } from "../../oci/digest.ts";
import { backupTag } from "./backup-tag.ts";
import type { Kept } from "./report.ts";
import type { SourceImage, WantedTag } from "./wanted-tag.ts";

/** What a registry has under a tag, or why that cannot be told. */
export type Current =
	| { readonly digest: Digest | undefined }
	| { readonly unreadable: string };

/** What both ends have under the wanted tags. */
export interface Sight {
	readonly archived: (wanted: WantedTag) => Current;
	/** Asked only for tags that follow upstream. */
	readonly upstream: (wanted: WantedTag) => Current;
}

/** What a run does about one tag. */
export type Step =
	| {
			readonly action: "write";
			readonly wanted: WantedTag;
			readonly source: SourceImage;
			/** What the tag points to now, to be kept before it moves. */
			readonly kept?: Kept;
	  }
	| {
			readonly action: "leave";
			readonly wanted: WantedTag;
			readonly digest: Digest;
	  }
	| {
			/** Upstream has it no longer; the Archive does. */
			readonly action: "drift";
			readonly wanted: WantedTag;
			readonly digest: Digest;
			readonly reason: string;
	  }
	| {
			readonly action: "fail";
			readonly wanted: WantedTag;
			readonly reason: string;
	  };

/**
 * The image that a tag is to have whatever upstream has under it: that of its override, or the pinned
 * one. Undefined for a tag that follows upstream.
 */
export function fixedImage({
	override,
	pinned,
	registry,
	repository,
}: WantedTag): SourceImage | undefined {
	if (override) return override.image;
	return pinned && { registry, repository, digest: pinned };
}

/**
 * Decides what a run does, before it does any of it. Nothing is taken away from the Archive: a tag
 * that moves leaves what it pointed to under a tag of that day, and one that is gone upstream stays.
 */
export function planMirror(
	wanted: readonly WantedTag[],
	sight: Sight,
	today: Date,
): readonly Step[] {
	return wanted.map((tag) => planOne(tag, sight, today));
}

function planOne(
	wanted: WantedTag,
	{ archived, upstream }: Sight,
	today: Date,
): Step {
	const current = archived(wanted);
	if ("unreadable" in current) {
		return { action: "fail", wanted, reason: current.unreadable };
	}
	const source = fixedImage(wanted) ?? imageAt(wanted, upstream(wanted));
	if ("unreadable" in source) {
		return { action: "fail", wanted, reason: source.unreadable };
	}
	const { registry, repository, digest } = source;
	if (digest === undefined) return gone(wanted, current.digest);
	if (current.digest === digest) return { action: "leave", wanted, digest };
	return {
		action: "write",
		wanted,
		source: { registry, repository, digest },
		...(current.digest && {
			kept: {
				digest: current.digest,
				tag: backupTag(wanted.tag, current.digest, today),
			},
		}),
	};
}

function imageAt({ registry, repository }: WantedTag, current: Current) {
	return { registry, repository, ...current };
}

function gone(wanted: WantedTag, digest: Digest | undefined): Step {
	const { registry, repository, tag } = wanted;
	const where = `${registry}/${repository}`;
	return digest === undefined
		? {
				action: "fail",
				wanted,
				reason: `${where} has no tag ${tag}. Fix: correct the tag, or remove it from the list`,
			}
		: {
				action: "drift",
				wanted,
				digest,
				reason: `${where} has no tag ${tag} any more; the Archive keeps it at ${digest}. Fix: pin it to that digest below 'dmap', or remove it from the list`,
			};
}
