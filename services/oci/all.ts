/**
 * Runs a task for each item, all at once, and gives the results in the order of the items.
 *
 * It waits for all of them before it throws the first error: nothing goes on in the background after
 * the caller has heard of a failure, and what could be done is done for the next try.
 */
export async function all<T, R>(
	items: readonly T[],
	task: (item: T) => Promise<R>,
): Promise<readonly R[]> {
	const settled = await Promise.allSettled(items.map(task));
	return settled.map((result) => {
		if (result.status === "rejected") throw result.reason;
		return result.value;
	});
}
