import { z } from "zod";
import { DIGEST } from "../../../topology/naming.ts";
import type { Digest } from "../../oci/digest.ts";

/** When a tag was first seen at a digest. */
export interface Sighting {
	readonly digest: Digest;
	/** Milliseconds since the epoch. */
	readonly firstSeen: number;
}

/** The sightings of one registry, by repository and tag. */
export type Ledger = ReadonlyMap<string, ReadonlyMap<string, Sighting>>;

/** A sighting with the tag it is of. */
export interface LedgerEntry extends Sighting {
	readonly repository: string;
	readonly tag: string;
}

const lineSchema = z.strictObject({
	repository: z.string(),
	tag: z.string(),
	digest: z.custom<Digest>((text) => DIGEST.test(String(text))),
	firstSeen: z.iso.datetime(),
});

/** One line of the ledger's file, without its end. */
export function formatEntry({
	repository,
	tag,
	digest,
	firstSeen,
}: LedgerEntry): string {
	const seen = new Date(firstSeen).toISOString();
	return JSON.stringify({ repository, tag, digest, firstSeen: seen });
}

/** The entry on a line; undefined when there is none. */
export function parseEntry(line: string): LedgerEntry | undefined {
	let json: unknown;
	try {
		json = JSON.parse(line);
	} catch {
		return undefined;
	}
	const { data } = lineSchema.safeParse(json);
	return data && { ...data, firstSeen: Date.parse(data.firstSeen) };
}
