import type { Estate } from "../estate.ts";
import { publishedAddress, publishedUrl } from "../published.ts";
import { UnsupportedError } from "../unsupported.ts";
import type { ClientFile } from "./client-file.ts";
import { archivesOf } from "./pull-path.ts";

/**
 * `daemon.json` for Docker Engines. They ask a mirror for Docker Hub's images only, without a path
 * and without a login; other images they pull from wherever their names say. JSON has no comments.
 *
 * @throws {UnsupportedError} when images are kept, but no mirror of that kind offers them
 */
export function dockerDaemon(
	estate: Estate,
	location: string,
): readonly ClientFile[] {
	const archives = archivesOf(estate, location);
	const [archive] = archives.slice(-1);
	if (!archive) return [];
	const mirrors = archives.flatMap(({ name, mirror, flags }) =>
		mirror && flags.anonymousPull
			? [
					{
						name,
						address: publishedAddress(mirror) ?? "",
						url: publishedUrl(mirror) ?? "",
						isPlainName: mirror.publicHost?.tls === false,
					},
				]
			: [],
	);
	if (mirrors.length === 0) {
		const { mirror, flags } = archive;
		const missing = [
			...(mirror ? [] : [MIRROR_SETTINGS[estate.platform]]),
			...(flags.anonymousPull ? [] : ["anonymousPull: true"]),
		];
		throw new UnsupportedError(
			archive.name,
			`Docker Engines as clients of ${location}, which send a mirror neither a path nor a login`,
			`set ${missing.join(" and ")} in estate.tiers.${archive.name}`,
		);
	}
	const names = [...mirrors.map(({ name }) => name), "Docker Hub"];
	// Only addresses of the machine itself may do without a certificate untold.
	const plain = mirrors.filter(({ isPlainName }) => isPlainName);
	const config = {
		"registry-mirrors": mirrors.map(({ url }) => url),
		...(plain.length > 0 && {
			"insecure-registries": plain.map(({ address }) => address),
		}),
	};
	return [
		{
			path: "docker/daemon.json",
			purpose: `${location}: Docker Engines pull docker.io/… from ${names.join(", then from ")}`,
			text: `${JSON.stringify(config, null, 2)}\n`,
		},
	];
}

const MIRROR_SETTINGS = {
	docker: "mirrorPort: <a free port>",
	kubernetes: "mirrorHost: <a host name>",
} as const;
