import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";
import {
	formatEntry,
	type LedgerEntry,
	parseEntry,
	type Sighting,
} from "./ledger.ts";

/** Where a registry's ledger is kept. */
export function ledgerFile(state: string, registry: string): string {
	return join(state, `ledger-${registry}.jsonl`);
}

/** A ledger as it was found. */
export interface FoundLedger {
	/** By repository and tag; the reader's own. */
	readonly ledger: Map<string, Map<string, Sighting>>;
	/** Why it is empty when it should not be. */
	readonly warning?: string;
}

/**
 * Reads a ledger. One that is missing or damaged is empty: then every tag counts as first seen now, and
 * nothing is removed that might be younger than a line that was lost said.
 */
export async function readLedger(file: string): Promise<FoundLedger> {
	const ledger: FoundLedger["ledger"] = new Map();
	let line = 0;
	try {
		const lines = createInterface({ input: createReadStream(file) });
		for await (const text of lines) {
			line++;
			const entry = parseEntry(text);
			if (!entry) return unusable(`${file}:${line} is damaged`);
			enter(ledger, entry);
		}
		return { ledger };
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		return unusable(
			code === "ENOENT"
				? `there is no ${file} yet`
				: `${file} cannot be read, ${code ?? error}`,
		);
	}
}

/**
 * Writes a ledger through another name, so that a process that is killed leaves the old or the new one.
 *
 * @throws Error when it cannot be written.
 */
export async function writeLedger(
	file: string,
	entries: Iterable<LedgerEntry>,
): Promise<void> {
	await mkdir(dirname(file), { recursive: true });
	// A run by hand may write at the same time.
	const unfinished = `${file}.${process.pid}.new`;
	try {
		await pipeline(
			chunks(entries),
			createWriteStream(unfinished, { flush: true }),
		);
		await rename(unfinished, file);
	} catch (error) {
		await rm(unfinished, { force: true });
		throw error;
	}
}

function unusable(why: string): FoundLedger {
	return {
		ledger: new Map(),
		warning: `${why}: every tag counts as first seen now`,
	};
}

function enter(
	ledger: FoundLedger["ledger"],
	{ repository, tag, digest, firstSeen }: LedgerEntry,
): void {
	const tags = ledger.get(repository) ?? new Map<string, Sighting>();
	ledger.set(repository, tags.set(tag, { digest, firstSeen }));
}

const LINES_PER_WRITE = 1000;

function* chunks(entries: Iterable<LedgerEntry>): Generator<string> {
	let lines: string[] = [];
	for (const entry of entries) {
		lines.push(`${formatEntry(entry)}\n`);
		if (lines.length < LINES_PER_WRITE) continue;
		yield lines.join("");
		lines = [];
	}
	yield lines.join("");
}
