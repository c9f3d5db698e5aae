import { homedir } from "node:os";
import { join } from "node:path";

/**
 * A path with the user's own folders in place of `~/` and `~/.cache/`; the latter is wherever
 * `XDG_CACHE_HOME` says, https://specifications.freedesktop.org/basedir-spec/latest/.
 */
export function userPath(path: string): string {
	const cache = process.env.XDG_CACHE_HOME;
	if (cache && path.startsWith("~/.cache/")) {
		return join(cache, path.slice("~/.cache/".length));
	}
	return path.startsWith("~/") ? join(homedir(), path.slice(2)) : path;
}
