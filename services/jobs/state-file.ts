import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Logger } from "./log.ts";

/**
 * Writes a file of the state folder, through another name, so that a reader never sees half of it. A
 * job does not end because it cannot note something about itself: that is logged.
 */
export async function writeStateFile(
	file: string,
	content: string,
	log: Logger,
): Promise<void> {
	// A run by hand may write at the same time.
	const unfinished = `${file}.${process.pid}.new`;
	try {
		await mkdir(dirname(file), { recursive: true });
		await writeFile(unfinished, `${content}\n`);
		await rename(unfinished, file);
	} catch (error) {
		log.error({ err: error, file }, "cannot write the state of the job");
	}
}
