import type { CleanupConfig } from "../../../topology/housekeeping-config.ts";
import { passwordFile } from "../../oci/credentials.ts";
import { Transport, type TransportOptions } from "../../oci/transport.ts";
import type { Logger } from "../log.ts";
import { type CleanupReport, type RegistryReport, sumOf } from "./report.ts";
import { sweep } from "./sweep.ts";

export interface CleanupOptions {
	readonly config: CleanupConfig;
	/** Folder of the ledgers, which say since when each tag is known. */
	readonly state: string;
	/** Plans and writes nothing. */
	readonly dryRun: boolean;
	/** Ends the run: what is under way is given up, what is left is not begun. */
	readonly signal: AbortSignal;
	readonly log: Logger;
	/** What ages are measured by. @default - the machine's clock */
	readonly now?: () => Date;
	/** @default - the defaults of `Transport` */
	readonly http?: TransportOptions;
}

/**
 * Removes the tags that the registries' rules do not keep, one registry after the other: plans, then
 * removes. A tag's age counts from its first sight at its digest, so the first run removes nothing. What
 * goes wrong with one tag, repository or registry is reported and leaves the others alone.
 *
 * It may be killed at any point and run again. Manifests and blobs stay, for garbage collection.
 *
 * @throws CredentialError when a password cannot be read, before anything is done.
 */
export async function cleanup(options: CleanupOptions): Promise<CleanupReport> {
	const {
		config,
		state,
		dryRun,
		signal,
		log,
		now = () => new Date(),
	} = options;
	const started = Date.now();
	// Now, to fail once instead of once for each tag.
	await Promise.all(
		config.registries.map(({ username, passwordFile: file }) =>
			passwordFile(username, file)(),
		),
	);
	const transport = new Transport({
		signal,
		onRetry: (retry) => log.warn(retry, "waiting before another try"),
		...options.http,
	});
	try {
		const registries: RegistryReport[] = [];
		for (const registry of config.registries) {
			registries.push(
				await sweep(registry, {
					state,
					dryRun,
					signal,
					transport,
					log,
					now: () => now().getTime(),
				}),
			);
		}
		const counts = sumOf(registries.map((registry) => registry.counts));
		const seconds = (Date.now() - started) / 1000;
		log.info({ dryRun, ...counts, seconds }, "cleanup ended");
		return {
			dryRun,
			startedAt: new Date(started).toISOString(),
			seconds,
			counts,
			registries,
		};
	} finally {
		await transport.close();
	}
}
