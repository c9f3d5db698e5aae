import { constants } from "node:os";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs an action and puts right what it made in a cluster, also when the process is asked to end; it then
 * ends with the status of that signal.
 *
 * @param restore is run once
 */
export async function withInterrupt<T>(
	action: () => Promise<T>,
	restore: () => Promise<void>,
): Promise<T> {
	let restored: Promise<void> | undefined;
	const once = () => {
		restored ??= restore();
		return restored;
	};
	const listeners = SIGNALS.map((name) => {
		const interrupt = () =>
			void once().finally(() => process.exit(128 + constants.signals[name]));
		process.on(name, interrupt);
		return () => process.off(name, interrupt);
	});
	try {
		return await action();
	} finally {
		await once();
		for (const forget of listeners) forget();
	}
}
