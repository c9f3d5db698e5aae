import fc from "fast-check";
import { expect, test } from "vitest";
import { Semaphore } from "../../../services/oci/semaphore.ts";

/** A task that ends when it is told to. */
function held() {
	let end = () => {};
	const promise = new Promise<void>((resolve) => {
		end = resolve;
	});
	return { task: () => promise, end };
}

test("lets in who came first", async () => {
	const semaphore = new Semaphore(1);
	const order: number[] = [];
	await Promise.all(
		[1, 2, 3].map((n) =>
			semaphore.run(async () => {
				order.push(n);
			}),
		),
	);
	expect(order).toEqual([1, 2, 3]);
});

test("has room again after a task that failed", async () => {
	const semaphore = new Semaphore(1);
	const fail = async () => {
		throw new Error("failed");
	};
	await expect(semaphore.run(fail)).rejects.toThrow("failed");
	expect(await semaphore.run(async () => "done")).toBe("done");
});

test("never holds more than its number, whenever they come and go", async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.integer({ min: 1, max: 4 }),
			fc.array(fc.boolean(), { maxLength: 40 }),
			async (holders, steps) => {
				const semaphore = new Semaphore(holders);
				let inside = 0;
				let most = 0;
				const open: ReturnType<typeof held>[] = [];
				const all: Promise<void>[] = [];
				for (const isArrival of steps) {
					if (isArrival) {
						const one = held();
						open.push(one);
						all.push(
							semaphore.run(async () => {
								most = Math.max(most, ++inside);
								await one.task();
								inside--;
							}),
						);
					} else open.shift()?.end();
					await new Promise((resolve) => setImmediate(resolve));
				}
				for (const one of open) one.end();
				await Promise.all(all);
				expect(most).toBeLessThanOrEqual(holders);
				expect(inside).toBe(0);
			},
		),
	);
});
