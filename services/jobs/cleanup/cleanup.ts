import type { CleanupConfig } from "../../../topology/housekeeping-config.ts";
import { passwordFile } from "../../oci/credentials.ts";
import { withLease } from "../lease.ts";
import { stopOf, sumOf } from "../run-report.ts";
import { type JobOptions, withTransport } from "../with-transport.ts";
import {
	type CleanupReport,
	exitStatus,
	OUTCOMES,
	type RegistryReport,
} from "./report.ts";
import { sweep } from "./sweep.ts";

export interface CleanupOptions extends JobOptions {
	readonly config: CleanupConfig;
	/** Folder of the lease and of the ledgers, which say since when each tag is known. */
	readonly state: string;
	/** What ages are measured by. @default - the machine's clock */
	readonly now?: () => Date;
}

/**
 * Removes the tags that the registries' rules do not keep, one registry after the other: plans, then
 * removes. A tag's age counts from its first sight at its digest, so the first run removes nothing. What
 * goes wrong with one tag, repository or registry is reported and leaves the others alone.
 *
 * It waits for a run with the same state folder that is under way. It may be killed at any point and run
 * again. Manifests and blobs stay, for garbage collection.
 *
 * @throws CredentialError when a password cannot be read, before anything is done.
 */
export async function cleanup(options: CleanupOptions): Promise<CleanupReport> {
	const { config, state, dryRun } = options;
	// Now, to fail once instead of once for each tag.
	await Promise.all(
		config.registries.map(({ username, passwordFile: file }) =>
			passwordFile(username, file)(),
		),
	);
	const run = () => sweepAll(options);
	if (dryRun) return run();
	return withLease(state, { ...options, job: "cleanup" }, run);
}

function sweepAll(options: CleanupOptions): Promise<CleanupReport> {
	const { config, state, dryRun, signal, log } = options;
	const { now = () => new Date() } = options;
	const started = Date.now();
	return withTransport(options, async (transport) => {
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
		const counts = sumOf(
			OUTCOMES,
			registries.map((registry) => registry.counts),
		);
		const seconds = (Date.now() - started) / 1000;
		const stop = stopOf(signal, exitStatus({ counts, registries }));
		log.info({ dryRun, ...counts, seconds, ...stop }, "cleanup ended");
		return {
			dryRun,
			startedAt: new Date(started).toISOString(),
			seconds,
			counts,
			registries,
			...stop,
		};
	});
}
