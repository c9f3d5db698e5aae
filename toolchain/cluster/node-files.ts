import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CONTAINERD, NODE_HOSTS } from "./state.ts";

const MARK = "# registry-tiers";

/**
 * Lets the node resolve names, e.g. a cache's to the address of its Service. They are written to the
 * node's own /etc/hosts; this machine's stays as it is.
 *
 * @param hosts address by name; names of an earlier call are gone
 */
export function nameHosts(hosts: Readonly<Record<string, string>>): void {
	const own = readFileSync(NODE_HOSTS, "utf8")
		.split("\n")
		.filter((line) => line !== "" && !line.endsWith(MARK));
	const added = Object.entries(hosts).map(
		([name, address]) => `${address} ${name} ${MARK}`,
	);
	// Written in place: the node has the file itself mounted, not its name.
	writeFileSync(NODE_HOSTS, `${[...own, ...added].join("\n")}\n`);
}

/**
 * Tells the node's containerd how a registry is reached. It reads the file at each pull.
 *
 * @param host as images name it, e.g. `docker.io`
 * @param file contents of its `hosts.toml`; undefined takes it away again
 */
export function setRegistryHost(host: string, file: string | undefined): void {
	const folder = join(CONTAINERD.registries, host);
	if (file === undefined) {
		rmSync(folder, { recursive: true, force: true });
		return;
	}
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, "hosts.toml"), file);
}
