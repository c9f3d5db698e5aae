import type { Registry } from "../../oci/registry.ts";
import { messageOf } from "../error-message.ts";
import type { Logger } from "../log.ts";
import { forEach } from "../workers.ts";
import type { LedgerEntry, Sighting } from "./ledger.ts";
import { writeLedger } from "./ledger-file.ts";
import type { Verdict } from "./plan.ts";
import type { RegistryPlan } from "./plan-registry.ts";
import { type Removal, removeTags } from "./remove.ts";

/** Repositories that tags are removed from at a time. */
const CONCURRENT_REPOSITORIES = 8;

/** What carrying a plan out needs. */
export interface Ends {
	readonly registry: Registry;
	readonly ledgerFile: string;
	readonly signal: AbortSignal;
	readonly log: Logger;
}

/** What carrying a plan out led to. */
export interface Carried {
	/** What became of each tag that was to be removed. */
	readonly removals: ReadonlyMap<Verdict, Removal>;
	/** What else went wrong. */
	readonly problems: readonly string[];
}

/**
 * Carries a plan out and keeps the ledger. Tags that are to be removed leave the ledger first: if the
 * process is killed and somebody pushes such a tag again, it must not look as old as it was. Those that
 * are known to have stayed are put back in the end.
 */
export async function carryOut(
	plan: RegistryPlan,
	{ registry, ledgerFile, signal, log }: Ends,
): Promise<Carried> {
	const removals = new Map<Verdict, Removal>();
	const done = (verdict: Verdict, removal: Removal) =>
		removals.set(verdict, removal);
	const save = () => writeLedger(ledgerFile, nextEntries(plan, removals));

	try {
		await save();
	} catch (error) {
		const reason = `the ledger cannot be written: ${messageOf(error)}`;
		for (const { verdicts } of plan.repositories) {
			for (const verdict of toRemove(verdicts)) {
				done(verdict, { outcome: "failed", reason, isThere: true });
			}
		}
		return { removals, problems: [reason] };
	}
	await forEach(
		plan.repositories,
		CONCURRENT_REPOSITORIES,
		async ({ repository, verdicts }) => {
			await removeTags(registry, repository, toRemove(verdicts), {
				signal,
				done: (verdict, removal) => {
					done(verdict, removal);
					logRemoval(repository, verdict, removal, log);
				},
			});
		},
	);
	if (![...removals.values()].some(({ isThere }) => isThere))
		return { removals, problems: [] };
	try {
		await save();
		return { removals, problems: [] };
	} catch (error) {
		const problem = `the ledger cannot be written, tags that stayed will count as new: ${messageOf(error)}`;
		return { removals, problems: [problem] };
	}
}

function toRemove(verdicts: readonly Verdict[]): readonly Verdict[] {
	return verdicts.filter(({ action }) => action === "remove");
}

// What is known of repositories that this run could not list stays known.
function* nextEntries(
	{ repositories, unseen }: RegistryPlan,
	removals: Carried["removals"],
): Generator<LedgerEntry, void, undefined> {
	for (const { repository, verdicts, unresolved } of repositories) {
		for (const verdict of verdicts) {
			const { action, tag } = verdict;
			const stays = removals.get(verdict)?.isThere ?? action === "keep";
			if (stays) yield entryOf(repository, tag.name, tag);
		}
		for (const { name, sighting } of unresolved) {
			if (sighting) yield entryOf(repository, name, sighting);
		}
	}
	for (const [repository, tags] of unseen) {
		for (const [name, sighting] of tags) {
			yield entryOf(repository, name, sighting);
		}
	}
}

function entryOf(
	repository: string,
	tag: string,
	{ digest, firstSeen }: Sighting,
): LedgerEntry {
	return { repository, tag, digest, firstSeen };
}

function logRemoval(
	repository: string,
	{ tag: { name: tag, digest } }: Verdict,
	{ outcome, reason }: Removal,
	log: Logger,
): void {
	const item = { repository, tag, digest, reason };
	if (outcome === "removed") log.info(item, outcome);
	else if (outcome === "left") log.warn(item, outcome);
	else log.error(item, outcome);
}
