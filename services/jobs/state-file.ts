import { rename, writeFile } from "node:fs/promises";
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
	try {
		await writeFile(`${file}.new`, `${content}\n`);
		await rename(`${file}.new`, file);
	} catch (error) {
		log.error({ err: error, file }, "cannot write the state of the job");
	}
}
