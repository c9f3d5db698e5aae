/**
 * Runs a task for each item, `workers` at a time. An item is taken only when there is room for it, so
 * that a listing of any length costs no memory.
 *
 * After an error nothing more is begun; it is thrown when what was under way has ended.
 */
export async function forEach<T>(
	items: Iterable<T> | AsyncIterable<T>,
	workers: number,
	task: (item: T) => Promise<void>,
): Promise<void> {
	const shared = generated(items);
	const work = async () => {
		for await (const item of shared) await task(item);
	};
	const ended = await Promise.allSettled(Array.from({ length: workers }, work));
	for (const result of ended) {
		if (result.status === "rejected") throw result.reason;
	}
}

async function* generated<T>(
	items: Iterable<T> | AsyncIterable<T>,
): AsyncGenerator<T, void, undefined> {
	yield* items;
}
