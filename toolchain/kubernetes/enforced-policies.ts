import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stateFolder } from "../folders.mjs";

/** A cluster's network plugin is rarely changed, and never by the way. */
const REMEMBERED_MS = 24 * 60 * 60_000;

/**
 * Whether a cluster was seen to enforce NetworkPolicies in the last day.
 *
 * @param cluster the uid of its namespace `kube-system`: what a cluster is told by
 */
export function enforcedLately(cluster: string, now = Date.now()): boolean {
	const seen = statSync(fileOf(cluster), { throwIfNoEntry: false });
	return seen !== undefined && now - seen.mtimeMs < REMEMBERED_MS;
}

/** Only the good answer is kept: who has mended a cluster wants to be believed. */
export function rememberEnforced(cluster: string): void {
	mkdirSync(folder(), { recursive: true, mode: 0o700 });
	writeFileSync(fileOf(cluster), "");
}

const folder = () => join(stateFolder(), "enforced-policies");
const fileOf = (cluster: string) => join(folder(), cluster);
