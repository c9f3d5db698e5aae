// Plain JavaScript, because the search for a Node uses it.
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * What was downloaded or built, by version: safe to delete, costly to make again. Outside the
 * checkout, so that every clone on the machine shares it.
 * @returns {string} `$XDG_CACHE_HOME/registry-tiers`, by default `~/.cache/registry-tiers`
 */
export function cacheFolder() {
	return join(
		process.env.XDG_CACHE_HOME || join(homedir(), ".cache"),
		"registry-tiers",
	);
}

/**
 * What a person would miss: the state of local stacks and the passphrase that opens it.
 * @returns {string} `$XDG_STATE_HOME/registry-tiers`, by default `~/.local/state/registry-tiers`
 */
export function stateFolder() {
	return join(
		process.env.XDG_STATE_HOME || join(homedir(), ".local", "state"),
		"registry-tiers",
	);
}
