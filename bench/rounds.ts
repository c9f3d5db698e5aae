/** One of those who are compared: does the work once, and says what it took. */
export interface Contender<T> {
	readonly name: string;
	readonly run: () => Promise<T>;
}

/**
 * Lets all contenders run so many times, in turns, each round beginning with another one: what the
 * machine does besides meets all of them alike.
 */
export async function inRounds<T>(
	contenders: readonly Contender<T>[],
	rounds: number,
): Promise<ReadonlyMap<string, readonly T[]>> {
	const results = new Map<string, T[]>(
		contenders.map(({ name }) => [name, []]),
	);
	for (let round = 0; round < rounds; round += 1) {
		const first = round % contenders.length;
		const order = [...contenders.slice(first), ...contenders.slice(0, first)];
		for (const { name, run } of order) results.get(name)?.push(await run());
	}
	return results;
}
