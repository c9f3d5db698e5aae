/** Runs tasks of the same key one after the other, in the order they came. */
export interface RepositoryQueue {
	/** Resolves or rejects as the task does; a failed task does not stop those behind it. */
	run<T>(key: string, task: () => Promise<T>): Promise<T>;
}

/** An empty queue. Reading what a tag points to and writing it are one step only inside a task. */
export function repositoryQueue(): RepositoryQueue {
	const tails = new Map<string, Promise<void>>();
	return {
		run(key, task) {
			const result = (tails.get(key) ?? Promise.resolve()).then(task);
			const tail = result.then(
				() => {},
				() => {},
			);
			tails.set(key, tail);
			tail.then(() => {
				if (tails.get(key) === tail) tails.delete(key);
			});
			return result;
		},
	};
}
