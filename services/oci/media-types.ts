export const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
export const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
export const DOCKER_LIST =
	"application/vnd.docker.distribution.manifest.list.v2+json";
export const DOCKER_MANIFEST =
	"application/vnd.docker.distribution.manifest.v2+json";

/** Manifests that name other manifests. */
export const INDEX_TYPES: readonly string[] = [OCI_INDEX, DOCKER_LIST];

/** Manifests that name blobs. Docker's schema 1 is not among them: its digest is not that of its bytes. */
export const IMAGE_TYPES: readonly string[] = [OCI_MANIFEST, DOCKER_MANIFEST];

/**
 * What manifest requests accept. Always the full list: with a part of it distribution answers 404 for
 * an image of another type, which looks like absence.
 */
export const ACCEPT = [...INDEX_TYPES, ...IMAGE_TYPES].join(", ");

/**
 * Layers that a registry may not hand on. Their content lies at URLs outside the registry, which this
 * client never follows.
 */
export function isNondistributable(mediaType: string): boolean {
	return (
		mediaType.startsWith("application/vnd.oci.image.layer.nondistributable.") ||
		mediaType === "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
	);
}
