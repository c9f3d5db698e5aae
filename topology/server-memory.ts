/** Memory of a server, in MiB. */
export interface ServerMemory {
	/** Hard limit. */
	readonly memoryMiB: number;
	/** What it takes as a rule, where a platform sets memory aside. */
	readonly reservedMiB: number;
}

/** Memory of every kind of server, by what was seen of them under load. */
export const SERVER_MEMORY = {
	// An idle registry takes 14 MiB; pushes of large layers peak at about 60.
	registry: { memoryMiB: 256, reservedMiB: 32 },
	// Node with the gate takes about 60 MiB; a manifest is at most 4 MiB and few are in flight.
	gate: { memoryMiB: 192, reservedMiB: 80 },
	// nginx takes 10 MiB, and up to 1 MiB for each blob under way.
	front: { memoryMiB: 256, reservedMiB: 24 },
	// Node with one copy under way; blobs are streamed, so this does not grow with the images.
	job: { memoryMiB: 256, reservedMiB: 96 },
} satisfies Readonly<Record<string, ServerMemory>>;
