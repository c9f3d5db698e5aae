import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { renderBytes } from "../../../services/jobs/bytes.ts";
import { createLogger } from "../../../services/jobs/log.ts";
import {
	barProgress,
	lineProgress,
	renderBar,
} from "../../../services/jobs/progress.ts";

const half = { items: 4, itemsDone: 1, bytes: 2048, bytesDone: 1024 };

test.each([
	[80, "[###############---------------] 1/4 promotions, 1.0 KiB of 2.0 KiB"],
	[50, "[######------] 1/4 promotions, 1.0 KiB of 2.0 KiB"],
	[30, "1/4 promotions, 1.0 KiB of 2."],
	[1, ""],
])("on %i columns the bar is '%s'", (columns, bar) => {
	expect(renderBar(half, columns)).toBe(bar);
});

test("without bytes to move the bar counts promotions", () => {
	const position = { items: 2, itemsDone: 1, bytes: 0, bytesDone: 0 };
	expect(renderBar(position, 46)).toBe(
		"[########--------] 1/2 promotions, 0 B of 0 B",
	);
});

test("the bar is never longer than the terminal, whatever is counted", () => {
	const count = fc.oneof(fc.nat(), fc.integer({ min: -1e12, max: 1e15 }));
	fc.assert(
		fc.property(
			fc.record({
				items: count,
				itemsDone: count,
				bytes: count,
				bytesDone: count,
			}),
			fc.nat(200),
			(position, columns) => {
				expect(renderBar(position, columns).length).toBeLessThanOrEqual(
					columns,
				);
			},
		),
	);
});

test.each([
	[0, "0 B"],
	[1023, "1023 B"],
	[1024, "1.0 KiB"],
	[1.5 * 1024 ** 3, "1.5 GiB"],
	[5000 * 1024 ** 4, "5000.0 TiB"],
])("%i bytes are %s", (bytes, text) => {
	expect(renderBytes(bytes)).toBe(text);
});

describe("over time", () => {
	beforeEach(() => {
		vi.useFakeTimers();
	});
	afterEach(() => {
		vi.useRealTimers();
	});

	test("the bar is drawn over itself and gone at the end", () => {
		const drawn: string[] = [];
		const progress = barProgress({
			columns: 60,
			write: (text) => drawn.push(text),
		});
		progress.start(2);
		progress.expected(100);
		progress.transferred(60);
		progress.transferred(-60);
		progress.transferred(100);
		progress.itemDone();
		vi.advanceTimersByTime(100);
		progress.stop();
		progress.stop();
		vi.advanceTimersByTime(1000);
		expect(drawn).toEqual([
			`\r\u001b[K[${"#".repeat(26)}] 1/2 promotions, 100 B of 100 B`,
			"\r\u001b[K",
		]);
	});

	test("without a terminal there is a line every quarter of a minute", () => {
		const lines: Record<string, unknown>[] = [];
		const log = createLogger(
			{ write: (line) => lines.push(JSON.parse(line)) },
			"info",
		);
		const progress = lineProgress(log, "promoting");
		progress.start(3);
		progress.expected(10);
		vi.advanceTimersByTime(29_000);
		progress.stop();
		expect(lines).toEqual([
			{
				level: "info",
				time: expect.any(String),
				items: 3,
				itemsDone: 0,
				bytes: 10,
				bytesDone: 0,
				msg: "promoting",
			},
		]);
	});
});
