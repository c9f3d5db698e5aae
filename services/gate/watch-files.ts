import { unwatchFile, watchFile } from "node:fs";

/**
 * Asked again and again, because no notification reaches a container whose files were changed from
 * another one, or through the symbolic links Kubernetes swaps. Often, because a registry drops the
 * old key soon after the gate was given the new one.
 */
const INTERVAL_MS = 100;

/**
 * Calls back after one of the files was written anew.
 *
 * @returns ends the watch
 */
export function watchFiles(
	paths: readonly string[],
	changed: () => void,
): () => void {
	for (const path of paths) {
		watchFile(path, { interval: INTERVAL_MS }, (now, before) => {
			// Called for every access too. The time of the last change, not the one of the contents, which
			// Docker takes from whoever writes them; 0 for a file that is not there.
			if (now.ctimeMs !== before.ctimeMs && now.ctimeMs !== 0) changed();
		});
	}
	return () => {
		for (const path of paths) unwatchFile(path);
	};
}
