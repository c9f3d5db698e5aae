/** Lets a fixed number of holders in at a time; the others wait in the order they came. */
export class Semaphore {
	#free: number;
	readonly #waiting: (() => void)[] = [];

	constructor(holders: number) {
		this.#free = holders;
	}

	/** Runs the task when there is room for it. */
	async run<T>(task: () => Promise<T>): Promise<T> {
		if (this.#free > 0) this.#free--;
		else await new Promise<void>((enter) => this.#waiting.push(enter));
		try {
			return await task();
		} finally {
			const next = this.#waiting.shift();
			if (next) next();
			else this.#free++;
		}
	}
}
