import type { Digest } from "../../oci/digest.ts";

/** A repository at the registry it comes from. */
export interface Upstream {
	/** Host as image names have it, e.g. `docker.io`. */
	readonly registry: string;
	/** E.g. `library/debian`. */
	readonly repository: string;
}

/** One image at the registry it comes from. */
export interface SourceImage extends Upstream {
	readonly digest: Digest;
}

/** An image that the Archive has under a tag instead of upstream's. */
export interface Override {
	readonly image: SourceImage;
	readonly owner: string;
	readonly reason: string;
	/** The last day that it is meant to last, `YYYY-MM-DD` in UTC. */
	readonly expires: string;
	/** Where it was asked for: the list and the place in it. */
	readonly file: string;
	readonly path: string;
}

/** A tag of an upstream's repository, and of that repository in the Archive. */
export interface Target extends Upstream {
	readonly tag: string;
}

/** One tag that the Archive is to have. */
export interface WantedTag extends Target {
	/** The one digest the tag is to point to. @default - the one it has upstream, whenever that moves */
	readonly pinned?: Digest;
	/** @default - upstream's own image */
	readonly override?: Override;
	/** Where it was asked for: the list and the place in it. */
	readonly file: string;
	readonly path: string;
}

/** The name of an upstream's repository in the Archive, e.g. `docker.io/library/debian`. */
export function archiveName({ registry, repository }: Upstream): string {
	return `${registry}/${repository}`;
}

/** A tag in the Archive, e.g. `docker.io/library/debian:12`. */
export function targetOf(target: Target): string {
	return `${archiveName(target)}:${target.tag}`;
}
