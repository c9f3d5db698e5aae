import type { CleanupReport } from "./report.ts";

/** Long enough that writing it costs more than making it. */
const PIECE_LENGTH = 64 * 1024;

/** The report as JSON, in pieces: as one string, 100,000 tags would take more memory than all the rest. */
export function* renderJson(report: CleanupReport): Generator<string> {
	let piece = "";
	for (const token of tokens(report)) {
		piece += token;
		if (piece.length < PIECE_LENGTH) continue;
		yield piece;
		piece = "";
	}
	yield `${piece}\n`;
}

function* tokens({ registries, ...report }: CleanupReport): Generator<string> {
	yield `${JSON.stringify(report).slice(0, -1)},"registries":[`;
	let before = "";
	for (const { items, ...registry } of registries) {
		yield `${before}${JSON.stringify(registry).slice(0, -1)},"items":[`;
		before = "";
		for (const item of items) {
			yield before + JSON.stringify(item);
			before = ",";
		}
		yield "]}";
		before = ",";
	}
	yield "]}";
}
