import type { Estate, Registry } from "../estate.ts";
import { UnsupportedError } from "../unsupported.ts";
import { type ClientFile, commentedFile } from "./client-file.ts";
import { type PullMirror, type PullPath, pullPaths } from "./pull-path.ts";

const CERTS_FOLDER = "containerd/certs.d";

/**
 * What makes containerd's CRI plugin look for `hosts.toml` at all, for 2.x and for 1.x.
 *
 * One folder and no list of them: since 2.1 pulls go through the transfer service, which takes the
 * default `/etc/containerd/certs.d:/etc/docker/certs.d` for the name of a single folder and asks no
 * mirror (internal/cri/server/images/image_pull.go, `WithHostDir`).
 */
export function containerdPlugin(
	estate: Estate,
	location: string,
): readonly ClientFile[] {
	if (pullPaths(estate, location).length === 0) return [];
	return [
		pluginFile(
			`${location}: containerd 2.x looks for mirrors in /etc/${CERTS_FOLDER}`,
			"containerd/conf.d/registry-tiers.toml",
			3,
			"io.containerd.cri.v1.images",
		),
		pluginFile(
			`${location}: containerd 1.x looks for mirrors in /etc/${CERTS_FOLDER}`,
			"containerd/registry-tiers-1.x.toml",
			2,
			"io.containerd.grpc.v1.cri",
		),
	];
}

function pluginFile(
	purpose: string,
	path: string,
	version: 2 | 3,
	plugin: string,
): ClientFile {
	return commentedFile(
		path,
		purpose,
		[
			"Name it among the imports of /etc/containerd/config.toml or copy its last lines there, then",
			"restart containerd. The path is one folder: containerd 2.1 and newer use no mirror at all",
			"when it is a list, and a list is the default.",
		],
		`version = ${version}\n\n[plugins."${plugin}".registry]\n  config_path = "/etc/${CERTS_FOLDER}"`,
	);
}

/** `hosts.toml` for the estate's own images: the caches of the location, then the tier itself. */
export function containerdTierHosts(
	estate: Estate,
	location: string,
): readonly ClientFile[] {
	return pullPaths(estate, location)
		.filter(({ origin }) => origin.kind === "tier")
		.map((path) => hostsFile(location, path, tierLogin(path)));
}

/**
 * `hosts.toml` for upstream's images. Mirrors that want a login are left out: containerd has one
 * login for a name and shows it to every host it asks, upstream among them.
 *
 * @throws {UnsupportedError} when that leaves none
 */
export function containerdUpstreamHosts(
	estate: Estate,
	location: string,
): readonly ClientFile[] {
	return pullPaths(estate, location)
		.filter(({ origin }) => origin.kind === "upstream")
		.map((path) => {
			const { prefix, origin } = path;
			const open = path.mirrors.filter(({ registry }) => isOpen(registry));
			const closed = path.mirrors
				.map(({ registry }) => registry)
				.filter((registry) => !isOpen(registry))
				.map(({ name }) => name);
			// The last of them is the Archive itself.
			if (open.length === 0) {
				throw new UnsupportedError(
					closed.join(", "),
					`containerd as a client of ${location}, which would show the login for ${prefix} to ${origin.name} too`,
					`set anonymousPull: true in estate.tiers.${closed.at(-1)}`,
				);
			}
			const notes = closed.map(
				(name) =>
					`${name} is left out: it wants a login, which ${origin.name} would be shown too.`,
			);
			return hostsFile(location, { ...path, mirrors: open }, notes);
		});
}

function hostsFile(
	location: string,
	{ prefix, origin, mirrors }: PullPath,
	notes: readonly string[],
): ClientFile {
	const names = [...mirrors.map(({ registry }) => registry.name), origin.name];
	return commentedFile(
		`${CERTS_FOLDER}/${prefix}/hosts.toml`,
		`${location}: containerd pulls ${prefix}/… from ${names.join(", then from ")}`,
		["Read again at every pull: no restart.", ...notes],
		[`server = "${origin.url}"`, ...mirrors.map(hostTable)].join("\n\n"),
	);
}

// A mirror whose machine is gone costs 30 s a request by default. containerd 1.x knows no other.
function hostTable({ url, path }: PullMirror): string {
	return [
		`[host."${path ? `${url}/v2/${path}` : url}"]`,
		`  capabilities = ["pull", "resolve"]`,
		...(path ? ["  override_path = true"] : []),
		`  dial_timeout = "2s"`,
	].join("\n");
}

// containerd has one login for a name and shows it to every host it asks; kubelet tries one pull
// secret after the other, and none at all only when there is none.
function tierLogin({ prefix, origin, mirrors }: PullPath): readonly string[] {
	const caches = mirrors.map(({ registry }) => registry.name).join(", ");
	return [
		...(mirrors.every(({ registry }) => isOpen(registry))
			? [
					`${caches} needs no pull secret. Where there is one for ${prefix} all the same:`,
				]
			: []),
		`The pull secret for ${prefix} holds the consumer's password for ${caches}; containerd shows it`,
		`to ${origin.name} as well, where it is another. A second pull secret for ${prefix}, after the first,`,
		`with the password for ${origin.name}, lets kubelet pull there when the cache is gone.`,
	];
}

const isOpen = ({ flags }: Registry) => flags.anonymousPull === true;
