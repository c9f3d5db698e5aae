import { unwatchFile, watchFile } from "node:fs";

/**
 * Asked again and again, because no notification reaches a container whose files were changed from
 * another one, or through the symbolic links Kubernetes swaps.
 */
const INTERVAL_MS = 500;

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
			// Called for every access too. A file that is not there has the time 0.
			if (now.mtimeMs !== before.mtimeMs && now.mtimeMs !== 0) changed();
		});
	}
	return () => {
		for (const path of paths) unwatchFile(path);
	};
}
