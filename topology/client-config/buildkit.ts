import type { Estate } from "../estate.ts";
import { type ClientFile, commentedFile } from "./client-file.ts";
import { isPlain, type PullPath, pullPaths } from "./pull-path.ts";

/**
 * `buildkitd.toml` for BuildKit daemons, which read neither `daemon.json` nor `hosts.toml`. The one
 * inside a Docker Engine is configured by the engine alone.
 */
export function buildkitDaemon(
	estate: Estate,
	location: string,
): readonly ClientFile[] {
	const paths = pullPaths(estate, location);
	if (paths.length === 0) return [];
	const prefixes = paths.map(({ prefix }) => `${prefix}/…`).join(" and ");
	const plain = new Set(
		paths.flatMap(({ mirrors }) =>
			mirrors.filter(isPlain).map(({ address }) => address),
		),
	);
	return [
		commentedFile(
			"buildkit/buildkitd.toml",
			`${location}: BuildKit pulls ${prefixes} from mirrors first`,
			[
				"Restart buildkitd, or: docker buildx create --driver-opt network=host --buildkitd-config …",
				"Logins are those of the client that builds: docker login <address of the mirror>.",
			],
			[...paths.map(registryTable), ...[...plain].map(plainTable)].join("\n\n"),
		),
	];
}

function registryTable({ prefix, origin, mirrors }: PullPath): string {
	const list = mirrors.map(({ address, path }) =>
		JSON.stringify(path ? `${address}/${path}` : address),
	);
	const table = `[registry."${prefix}"]\n  mirrors = [${list.join(", ")}]`;
	return isPlain(origin) ? `${table}\n  http = true` : table;
}

// Beside the mirror and not beside the list of mirrors, where it would hold for Docker Hub too.
const plainTable = (address: string) =>
	`[registry."${address}"]\n  http = true`;
