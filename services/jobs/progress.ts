import type { TransferObserver } from "../oci/blob-placer.ts";
import { renderBytes } from "./bytes.ts";
import type { Logger } from "./log.ts";

/** Follows a run while it goes on. */
export interface Progress extends TransferObserver {
	/** So many promotions will be carried out. */
	start(items: number): void;
	/** One of them has ended, well or not. */
	itemDone(): void;
	/** The run is over. */
	stop(): void;
}

/** The part of a terminal that a bar is drawn with. */
export interface Terminal {
	readonly columns?: number;
	write(text: string): unknown;
}

/** How far a run is. */
export interface Position {
	readonly items: number;
	readonly itemsDone: number;
	/** Bytes that are known to be missing at the destination; grows as manifests are read. */
	readonly bytes: number;
	readonly bytesDone: number;
}

const REDRAW_MS = 100;
const LINE_MS = 15_000;
const LONGEST_BAR = 30;

/** A bar that is drawn over itself, for a terminal. */
export function barProgress(terminal: Terminal): Progress {
	return new TimedProgress(REDRAW_MS, {
		show: (position) =>
			terminal.write(
				`\r\u001b[K${renderBar(position, terminal.columns ?? 80)}`,
			),
		end: () => terminal.write("\r\u001b[K"),
	});
}

/**
 * A log line now and then, so that a long transfer does not look like a dead job.
 *
 * @param doing what the line says, e.g. `promoting`
 */
export function lineProgress(log: Logger, doing: string): Progress {
	return new TimedProgress(LINE_MS, {
		show: (position) => log.info(position, doing),
		end: () => {},
	});
}

/** The bar for a terminal of so many columns, never longer than that. */
export function renderBar(
	{ items, itemsDone, bytes, bytesDone }: Position,
	columns: number,
): string {
	const text = ` ${itemsDone}/${items} promotions, ${renderBytes(bytesDone)} of ${renderBytes(bytes)}`;
	const room = Math.min(LONGEST_BAR, columns - text.length - 3);
	if (room < 5) return text.trimStart().slice(0, Math.max(0, columns - 1));
	const share = bytes > 0 ? bytesDone / bytes : itemsDone / Math.max(1, items);
	const filled = Math.round(room * Math.min(1, Math.max(0, share)));
	return `[${"#".repeat(filled)}${"-".repeat(room - filled)}]${text}`;
}

interface Display {
	show(position: Position): void;
	end(): void;
}

class TimedProgress implements Progress {
	readonly #intervalMs: number;
	readonly #display: Display;
	#timer: NodeJS.Timeout | undefined;
	#items = 0;
	#itemsDone = 0;
	#bytes = 0;
	#bytesDone = 0;

	constructor(intervalMs: number, display: Display) {
		this.#intervalMs = intervalMs;
		this.#display = display;
	}

	start(items: number): void {
		this.#items = items;
		this.#timer = setInterval(() => this.#show(), this.#intervalMs).unref();
	}

	expected(bytes: number): void {
		this.#bytes += bytes;
	}

	transferred(bytes: number): void {
		this.#bytesDone += bytes;
	}

	itemDone(): void {
		this.#itemsDone++;
	}

	stop(): void {
		if (!this.#timer) return;
		clearInterval(this.#timer);
		this.#timer = undefined;
		this.#display.end();
	}

	#show(): void {
		this.#display.show({
			items: this.#items,
			itemsDone: this.#itemsDone,
			bytes: this.#bytes,
			bytesDone: this.#bytesDone,
		});
	}
}
