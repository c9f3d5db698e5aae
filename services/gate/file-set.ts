import { stat } from "node:fs/promises";
import { setInterval } from "node:timers/promises";

/**
 * Asked again and again, because no notification reaches a container whose files were changed from
 * another one, or through the symbolic links Kubernetes swaps. Often, because a registry drops the
 * old key soon after the gate was given the new one.
 */
const INTERVAL_MS = 100;

/**
 * Files that belong together and are written anew while they are in use: one after the other, or all
 * at once behind a symbolic link, as Kubernetes does with a mounted Secret.
 */
export class FileSet<T> {
	readonly #paths: readonly string[];
	readonly #load: () => Promise<T>;
	/** What was read last. Empty when it could not be used: then it is read again. */
	#known = "";

	/** @param load reads all of the paths, and perhaps others */
	constructor(paths: readonly string[], load: () => Promise<T>) {
		this.#paths = paths;
		this.#load = load;
	}

	/**
	 * Reads the files, never some of before a change and some of after it.
	 *
	 * @throws what `load` throws
	 */
	async read(): Promise<T> {
		for (;;) {
			const before = await changesOf(this.#paths);
			const [found] = await Promise.allSettled([this.#load()]);
			// Not an error of the files either: what the link led to is removed after a swap.
			if ((await changesOf(this.#paths)) !== before) continue;
			this.#known = found.status === "fulfilled" ? before : "";
			if (found.status === "rejected") throw found.reason;
			return found.value;
		}
	}

	/** Calls `changed`, which is to read again, for each change since the last `read`, until it is stopped. */
	async watch(changed: () => Promise<void>, stop: AbortSignal): Promise<void> {
		try {
			for await (const _ of setInterval(INTERVAL_MS, undefined, {
				signal: stop,
			})) {
				if ((await changesOf(this.#paths)) !== this.#known) await changed();
			}
		} catch (error) {
			if (!stop.aborted) throw error;
		}
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
