import type { SweptRegistry } from "../../../topology/housekeeping-config.ts";
import { passwordFile } from "../../oci/credentials.ts";
import { Registry } from "../../oci/registry.ts";
import type { Transport } from "../../oci/transport.ts";
import { messageOf } from "../error-message.ts";
import type { Logger } from "../log.ts";
import { countOutcomes } from "../run-report.ts";
import { type Carried, carryOut } from "./carry-out.ts";
import { ledgerFile, readLedger } from "./ledger-file.ts";
import { planRegistry, type RepositoryPlan } from "./plan-registry.ts";
import { OUTCOMES, type RegistryReport, type TagResult } from "./report.ts";

export interface SweepOptions {
	/** Folder of the ledgers. */
	readonly state: string;
	/** Plans and writes nothing, the ledger included. */
	readonly dryRun: boolean;
	/** Ends the sweep: what is under way is given up, what is left is not begun. */
	readonly signal: AbortSignal;
	readonly transport: Transport;
	readonly log: Logger;
	/** Milliseconds since the epoch. */
	readonly now: () => number;
}

/** Removes the tags of one registry that its rule does not keep. What goes wrong is reported. */
export async function sweep(
	{ name, url, username, passwordFile: secret, retention }: SweptRegistry,
	options: SweepOptions,
): Promise<RegistryReport> {
	const { state, dryRun, signal, transport, now } = options;
	const log = options.log.child({ registry: name });
	const file = ledgerFile(state, name);
	const { ledger, warning } = await readLedger(file);
	if (warning !== undefined) log.warn(warning);
	const registry = new Registry({
		url,
		actions: dryRun ? [] : ["delete"],
		credentials: passwordFile(username, secret),
		transport,
	});
	const plan = await planRegistry(registry, { rule: retention, ledger, now });
	if (signal.aborted) return report([], [messageOf(signal.reason)]);
	const { removals, problems } = dryRun
		? NOTHING_DONE
		: await carryOut(plan, { registry, ledgerFile: file, signal, log });
	return report(
		plan.repositories.flatMap((repository) => resultsOf(repository, removals)),
		[...plan.problems, ...problems],
	);

	function report(
		items: readonly TagResult[],
		problems: readonly string[],
	): RegistryReport {
		for (const problem of problems) log.error(problem);
		return {
			name,
			host: registry.host,
			retention,
			counts: countOutcomes(OUTCOMES, items),
			warnings: warning === undefined ? [] : [warning],
			problems,
			items,
		};
	}
}

const NOTHING_DONE: Carried = { removals: new Map(), problems: [] };

function resultsOf(
	{ repository, verdicts, unresolved }: RepositoryPlan,
	removals: Carried["removals"],
): readonly TagResult[] {
	return [
		...verdicts.map((verdict): TagResult => {
			const { action, reason, tag } = verdict;
			return {
				repository,
				tag: tag.name,
				digest: tag.digest,
				firstSeen: new Date(tag.firstSeen).toISOString(),
				outcome: action === "keep" ? "kept" : "planned",
				reason,
				...removals.get(verdict),
			};
		}),
		...unresolved.map(
			({ name: tag, reason }): TagResult => ({
				repository,
				tag,
				outcome: "failed",
				reason,
			}),
		),
	];
}
