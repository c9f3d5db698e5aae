import { podOf } from "../kubernetes/pods.ts";
import type { ResourceRule } from "../rule.ts";

/** A tag may point elsewhere tomorrow: then a restart brings up what nobody reviewed. */
export const imagesByDigest: ResourceRule = {
	id: "K-07",
	sentence: "every image is named by its digest, at a named registry",
	remedy: "write the image as registry/name@sha256:…",
	severity: "high",
	link: "https://kubernetes.io/docs/concepts/containers/images/#image-names",
	judge(resource, report) {
		for (const { name, image = "unset" } of podOf(resource)?.containers ?? []) {
			if (!/@sha256:[0-9a-f]{64}$/.test(image))
				report(`container '${name}' starts from ${image}`);
			// Without a registry it would be whatever the node takes for the default one.
			else if (!/^(?:localhost|[^/]*[.:][^/]*)\//.test(image))
				report(
					`container '${name}' starts from ${image}, which names no registry`,
				);
		}
	},
};
