import { digestOf } from "./fake-registry.ts";

export const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
export const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
export const DOCKER_MANIFEST =
	"application/vnd.docker.distribution.manifest.v2+json";

const IMAGE_CONFIG = "application/vnd.oci.image.config.v1+json";
const LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";

/** A descriptor of some text. */
export function descriptor(text: string, mediaType: string) {
	return { mediaType, digest: digestOf(text), size: text.length };
}

/** An image of one layer; another layer text makes another digest. */
export function image(layer: string, more: Record<string, unknown> = {}) {
	return JSON.stringify({
		schemaVersion: 2,
		mediaType: OCI_MANIFEST,
		config: descriptor("{}", IMAGE_CONFIG),
		layers: [descriptor(layer, LAYER)],
		...more,
	});
}

/** An index of these manifests. */
export function index(...manifests: string[]) {
	return JSON.stringify({
		schemaVersion: 2,
		mediaType: OCI_INDEX,
		manifests: manifests.map((text) => descriptor(text, OCI_MANIFEST)),
	});
}
