import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { type Digest, isDigest } from "../../oci/digest.ts";
import type { Logger } from "../log.ts";
import { writeStateFile } from "../state-file.ts";

/**
 * What earlier runs have seen at the destination, so that a run need not ask for all of it again. Tags
 * there never move, so what was seen once holds; a tag that is gone is missing in the listing.
 */
export class PromotionLedger {
	/** Runs so far. */
	readonly runs: number;
	/** Digests of the destination's tags. */
	readonly promoted: DigestTable;
	/** Digests of the source's fallback tags when they were last merged into the destination's. */
	readonly merged: DigestTable;

	constructor(
		runs = 0,
		promoted: DigestTable = new DigestTable(),
		merged: DigestTable = new DigestTable(),
	) {
		this.runs = runs;
		this.promoted = promoted;
		this.merged = merged;
	}
}

/** Digests by repository and tag. */
export class DigestTable {
	readonly #digests = new Map<string, Map<string, Digest>>();

	constructor(entries: Iterable<readonly [string, string, Digest]> = []) {
		for (const [repository, tag, digest] of entries) {
			this.set(repository, tag, digest);
		}
	}

	get(repository: string, tag: string): Digest | undefined {
		return this.#digests.get(repository)?.get(tag);
	}

	set(repository: string, tag: string, digest: Digest): void {
		const tags = this.#digests.get(repository) ?? new Map<string, Digest>();
		this.#digests.set(repository, tags.set(tag, digest));
	}

	/** One for each digest: repository, tag, digest. */
	*entries(): Generator<readonly [string, string, Digest]> {
		for (const [repository, tags] of this.#digests) {
			for (const [tag, digest] of tags) yield [repository, tag, digest];
		}
	}
}

const table = z
	.array(z.tuple([z.string(), z.string(), z.custom<Digest>(isDigestText)]))
	.transform((entries) => new DigestTable(entries));
const file = z.object({
	runs: z.int().nonnegative(),
	promoted: table,
	merged: table,
});

/** Where the ledger is kept. */
export const ledgerFile = (state: string) => join(state, "promotions.json");

/** Reads the ledger. One that is missing or damaged is empty: then everything is asked for. */
export async function readLedger(state: string): Promise<PromotionLedger> {
	try {
		const json = JSON.parse(await readFile(ledgerFile(state), "utf8"));
		const { runs, promoted, merged } = file.parse(json);
		return new PromotionLedger(runs, promoted, merged);
	} catch {
		return new PromotionLedger();
	}
}

/** Notes the ledger for the next run, and that there was one more. */
export async function writeLedger(
	state: string,
	{ runs, promoted, merged }: PromotionLedger,
	log: Logger,
): Promise<void> {
	const json = JSON.stringify({
		runs: runs + 1,
		promoted: [...promoted.entries()],
		merged: [...merged.entries()],
	});
	await writeStateFile(ledgerFile(state), json, log);
}

function isDigestText(value: unknown): boolean {
	return typeof value === "string" && isDigest(value);
}
