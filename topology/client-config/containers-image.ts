import type { Estate } from "../estate.ts";
import { type ClientFile, commentedFile } from "./client-file.ts";
import {
	isPlain,
	type PullMirror,
	type PullPath,
	pullPaths,
} from "./pull-path.ts";

/** `registries.conf` for what uses the containers/image library: skopeo, podman, CRI-O. */
export function containersRegistries(
	estate: Estate,
	location: string,
): readonly ClientFile[] {
	const paths = pullPaths(estate, location);
	if (paths.length === 0) return [];
	const prefixes = paths.map(({ prefix }) => `${prefix}/…`).join(" and ");
	return [
		commentedFile(
			"containers/registries.conf.d/registry-tiers.conf",
			`${location}: skopeo, podman and CRI-O pull ${prefixes} from mirrors first`,
			[
				"Read again at every pull: no restart. Logins are kept by address, each mirror has its own:",
				...paths.flatMap(({ mirrors }) =>
					mirrors.map(
						({ registry, address }) => `  ${registry.name}: ${address}`,
					),
				),
			],
			paths.map(registryTables).join("\n\n"),
		),
	];
}

function registryTables({ prefix, origin, mirrors }: PullPath): string {
	const own = `[[registry]]\nprefix = "${prefix}"\nlocation = "${prefix}"`;
	return [
		isPlain(origin) ? `${own}\ninsecure = true` : own,
		...mirrors.map(mirrorTable),
	].join("\n\n");
}

// The library asks for https alone unless told.
function mirrorTable(mirror: PullMirror): string {
	const { address, path } = mirror;
	const location = path ? `${address}/${path}` : address;
	const table = `[[registry.mirror]]\nlocation = "${location}"`;
	return isPlain(mirror) ? `${table}\ninsecure = true` : table;
}
