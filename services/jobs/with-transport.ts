import { Transport, type TransportOptions } from "../oci/transport.ts";
import type { Logger } from "./log.ts";

/** What every job is run with. */
export interface JobOptions {
	/** Plans and writes nothing. */
	readonly dryRun: boolean;
	/** Ends the run: what is under way is given up, what is left is not begun. */
	readonly signal: AbortSignal;
	readonly log: Logger;
	/** Called when a run begins, after one that was under way. @default - nothing is done then */
	readonly onBegin?: () => Promise<void>;
	/** @default - the defaults of `Transport` */
	readonly http?: TransportOptions;
}

/** Does the work of a job with one transport, which is closed whatever comes of it. */
export async function withTransport<T>(
	{ signal, log, http }: JobOptions,
	work: (transport: Transport) => Promise<T>,
): Promise<T> {
	const transport = new Transport({
		signal,
		onRetry: (retry) => log.warn(retry, "waiting before another try"),
		...http,
	});
	try {
		return await work(transport);
	} finally {
		await transport.close();
	}
}
