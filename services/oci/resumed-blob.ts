import type { Expected } from "./digest.ts";
import { RetryableError } from "./errors.ts";
import type { BlobContent, Registry } from "./registry.ts";
import type { Lending } from "./transport.ts";

/**
 * Bytes that must have come since the last try for another one to be worth it. What breaks sooner is
 * as good as down, and the transfer as a whole is tried again, with pauses.
 */
const MIN_PROGRESS = 1024 * 1024;
/** A source that breaks this often within one blob is left to the next try as a whole. */
const MAX_RESUMES = 100;

/**
 * Opens a blob whose content goes on where it stopped when the transfer breaks in the middle, so that
 * a layer of some GB arrives over a line that does not hold so long.
 *
 * Whoever reads it hashes what comes as one: nothing here says that the parts belong together.
 */
export async function resumedBlob(
	source: Registry,
	repository: string,
	{ digest, size }: Expected,
	lending: Lending = {},
): Promise<BlobContent> {
	let part = await source.getBlob(repository, digest, lending);
	async function* content(): AsyncGenerator<Uint8Array, void, undefined> {
		let offset = 0;
		for (let resumes = 0; ; resumes++) {
			const begin = offset;
			try {
				for await (const chunk of part.unverified) {
					offset += chunk.byteLength;
					yield chunk;
				}
				return;
			} catch (error) {
				const isWorthIt =
					error instanceof RetryableError &&
					offset - begin >= MIN_PROGRESS &&
					offset < size &&
					resumes < MAX_RESUMES;
				if (!isWorthIt) throw error;
			}
			part = await source.getBlob(repository, digest, {
				...lending,
				rest: { offset, size },
			});
		}
	}
	return { unverified: content(), discard: () => part.discard() };
}
