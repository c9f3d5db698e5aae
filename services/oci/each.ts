/**
 * Runs a task for each item, all at once, and waits for all of them before it throws the first
 * error: nothing goes on in the background after the caller has heard of the failure, and what
 * could be done is done for the next try.
 */
export async function forEach<T>(
	items: readonly T[],
	task: (item: T) => Promise<void>,
): Promise<void> {
	const results = await Promise.allSettled(items.map(task));
	const failed = results.find(({ status }) => status === "rejected");
	if (failed?.status === "rejected") throw failed.reason;
}
