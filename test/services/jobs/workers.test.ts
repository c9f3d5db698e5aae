import { expect, test } from "vitest";
import { forEach } from "../../../services/jobs/workers.ts";

const later = () => new Promise<void>((done) => setImmediate(done));

test("every item is dealt with once, never more at a time than there are workers", async () => {
	const seen: number[] = [];
	let now = 0;
	let most = 0;
	await forEach([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
		now++;
		most = Math.max(most, now);
		seen.push(item);
		await later();
		now--;
	});
	expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
	expect(most).toBe(3);
});

test("items are taken as there is room for them", async () => {
	let made = 0;
	async function* endless() {
		for (;;) yield made++;
	}
	const done: number[] = [];
	const failing = forEach(endless(), 2, async (item) => {
		await later();
		if (item === 9) throw new Error("enough");
		done.push(item);
	});
	await expect(failing).rejects.toThrow("enough");
	expect(made).toBeLessThanOrEqual(12);
});

test("an error is thrown when what was under way has ended", async () => {
	const done: string[] = [];
	const failing = forEach(["bad", "slow", "never"], 2, async (item) => {
		if (item === "bad") throw new Error("bad");
		await later();
		await later();
		done.push(item);
	});
	await expect(failing).rejects.toThrow("bad");
	expect(done).toEqual(["slow"]);
});

test("an error of the listing is thrown when what was under way has ended", async () => {
	const done: number[] = [];
	async function* broken() {
		yield 1;
		throw new Error("no further page");
	}
	const failing = forEach(broken(), 4, async (item) => {
		await later();
		await later();
		done.push(item);
	});
	await expect(failing).rejects.toThrow("no further page");
	expect(done).toEqual([1]);
});
