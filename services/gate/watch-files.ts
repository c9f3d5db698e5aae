import { stat } from "node:fs/promises";
import { setInterval } from "node:timers/promises";

/**
 * Asked again and again, because no notification reaches a container whose files were changed from
 * another one, or through the symbolic links Kubernetes swaps. Often, because a registry drops the
 * old key soon after the gate was given the new one.
 */
const INTERVAL_MS = 100;

/**
 * Rereads files whenever one of them was written anew, one time after the other, until it is stopped.
 *
 * @param reread false when what it found cannot be used, perhaps because it is half written: it is
 * then asked again
 */
export async function watchFiles(
	paths: readonly string[],
	reread: () => Promise<boolean>,
	stop: AbortSignal,
): Promise<void> {
	let known = await changesOf(paths);
	try {
		for await (const _ of setInterval(INTERVAL_MS, undefined, {
			signal: stop,
		})) {
			const now = await changesOf(paths);
			if (now === known) continue;
			known = (await reread()) ? now : "";
		}
	} catch (error) {
		if (!stop.aborted) throw error;
	}
}

// Not the time of the contents, which Docker takes from whoever writes them.
async function changesOf(paths: readonly string[]): Promise<string> {
	const times = await Promise.all(
		paths.map((path) =>
			stat(path, { bigint: true }).then(
				({ ctimeNs, ino }) => `${ino}@${ctimeNs}`,
				() => "absent",
			),
		),
	);
	return times.join();
}
