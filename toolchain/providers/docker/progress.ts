import { traceLines } from "./buildkit-trace.ts";

/** One record of the engine's answer to a pull or a build. */
interface ProgressRecord {
	readonly id?: string;
	/** Output of the classic builder. */
	readonly stream?: string;
	readonly error?: string;
	/** BuildKit's wrapped progress, or the id of the image. */
	readonly aux?: string | { readonly ID?: string };
}

// Enough to see the failing step and what it printed.
const LOG_LINES_IN_ERROR = 20;

/**
 * Waits for the end of a pull or a build.
 *
 * @throws with the engine's error and the last lines before it: the engine answers 200 first and reports
 * failures in the body
 */
export async function followed(answer: NodeJS.ReadableStream): Promise<void> {
	const log: string[] = [];
	for await (const line of linesOf(answer)) {
		const record: ProgressRecord = JSON.parse(line);
		if (record.error !== undefined)
			throw new Error(
				[record.error, ...log.slice(-LOG_LINES_IN_ERROR)].join("\n"),
			);
		log.push(...logLines(record));
	}
}

// node:readline would lose the errors of the stream.
async function* linesOf(stream: NodeJS.ReadableStream): AsyncGenerator<string> {
	const decoder = new TextDecoder();
	let rest = "";
	for await (const chunk of stream) {
		const text: string =
			typeof chunk === "string"
				? chunk
				: decoder.decode(chunk, { stream: true });
		const lines = (rest + text).split("\n");
		rest = lines.pop() ?? "";
		yield* lines.filter((line) => line.trim() !== "");
	}
	if (rest.trim() !== "") yield rest;
}

function logLines({ id, stream = "", aux }: ProgressRecord): string[] {
	if (id === "moby.buildkit.trace" && typeof aux === "string")
		return traceLines(aux);
	return stream.split("\n").filter((line) => line.trim() !== "");
}
