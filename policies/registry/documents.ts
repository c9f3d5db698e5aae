import { containerOf } from "../docker/containers.ts";
import { kindOf, metadataOf, namespaceOf } from "../kubernetes/objects.ts";
import type { Resource } from "../resource.ts";

/** Files by their path inside what holds them. */
export type Files = Readonly<Record<string, string>>;

/** The files in the volumes of a Docker Engine, by the volume's name: containers that carry them put them there. */
export function filesInVolumes(
	resources: readonly Resource[],
): ReadonlyMap<string, Files> {
	const found = new Map<string, Files>();
	for (const resource of resources) {
		const { uploads = [], volumes = [] } = containerOf(resource) ?? {};
		for (const { volumeName, containerPath = "" } of volumes) {
			const files = uploads
				.filter(({ file }) => file.startsWith(`${containerPath}/`))
				.map(
					({ file, content = "" }) =>
						[file.slice(containerPath.length + 1), content] as const,
				);
			if (volumeName && files.length > 0)
				found.set(volumeName, {
					...found.get(volumeName),
					...Object.fromEntries(files),
				});
		}
	}
	return found;
}

/** The files of Secrets and ConfigMaps, by `Secret namespace/name`. */
export function filesInObjects(
	resources: readonly Resource[],
): ReadonlyMap<string, Files> {
	const found = new Map<string, Files>();
	for (const resource of resources) {
		const kind = kindOf(resource);
		if (kind !== "Secret" && kind !== "ConfigMap") continue;
		const {
			data = {},
			binaryData = {},
			stringData = {},
		} = resource.props as Readonly<
			Record<"data" | "binaryData" | "stringData", Files | undefined>
		>;
		const key = `${kind} ${namespaceOf(resource)}/${metadataOf(resource).name}`;
		found.set(
			key,
			kind === "ConfigMap"
				? { ...data, ...decoded(binaryData) }
				: { ...decoded(data), ...stringData },
		);
	}
	return found;
}

const decoded = (files: Files): Files =>
	Object.fromEntries(
		Object.entries(files).map(([name, text]) => [
			name,
			Buffer.from(text, "base64").toString(),
		]),
	);
