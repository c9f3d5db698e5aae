import { type Logger, pino } from "pino";

export type { Logger };

/** Where log lines go. */
export interface LogStream {
	write(line: string): unknown;
}

/** Writes one JSON object for each line, of this level and above. It is never given a secret. */
export function createLogger(
	stream: LogStream,
	level: "info" | "silent",
): Logger {
	return pino(
		{
			level,
			base: null,
			timestamp: pino.stdTimeFunctions.isoTime,
			formatters: { level: (label) => ({ level: label }) },
		},
		{ write: (line) => void stream.write(line) },
	);
}
