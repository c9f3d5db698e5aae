import { RegistryError } from "../../oci/errors.ts";
import type { Registry } from "../../oci/registry.ts";
import { messageOf } from "../error-message.ts";
import { forEach } from "../workers.ts";
import { withChildren } from "./children.ts";
import { dependents } from "./dependents.ts";
import { doubtOf, type Verdict } from "./plan.ts";
import type { Outcome } from "./report.ts";
import { type SeenTag, subjectOf } from "./seen-tag.ts";
import { surveyRepository } from "./survey.ts";

/** Tags of a repository that are removed at a time. */
const CONCURRENT_REMOVALS = 16;

/** What became of a tag that was to be removed. */
export interface Removal {
	readonly outcome: Exclude<Outcome, "planned" | "kept">;
	readonly reason: string;
	/** Whether it is known to be there still, at its digest. False where nobody can tell. */
	readonly isThere: boolean;
}

/** Told of each removal as soon as it is over. */
export type OnRemoval = (verdict: Verdict, removal: Removal) => void;

/**
 * Removes tags of a repository, never a manifest: what a tag points to may have another tag since the
 * plan was made. Each tag is looked at once more before, and stays when it has moved. What goes wrong
 * with one leaves the others alone.
 *
 * Fallback tags come last, and only those that nothing which is then in the repository needs: by its
 * own digest such a tag does not tell that its subject has got another tag.
 */
export async function removeTags(
	registry: Registry,
	repository: string,
	verdicts: readonly Verdict[],
	{ signal, done }: { readonly signal: AbortSignal; readonly done: OnRemoval },
): Promise<void> {
	const isFallback = ({ tag }: Verdict) => subjectOf(tag) !== undefined;
	await forEach(
		verdicts.filter((verdict) => !isFallback(verdict)),
		CONCURRENT_REMOVALS,
		remove,
	);
	const fallbacks = verdicts.filter(isFallback);
	if (fallbacks.length === 0) return;
	const hold = await holdOf(fallbacks.map(({ tag }) => tag));
	await forEach(fallbacks, CONCURRENT_REMOVALS, async (verdict) => {
		const held = hold(verdict.tag);
		if (held) done(verdict, held);
		else await remove(verdict);
	});

	async function remove(verdict: Verdict): Promise<void> {
		const { tag, reason } = verdict;
		let mayBeGone = false;
		try {
			const head = await registry.headManifest(repository, tag.name);
			if (head && head.digest !== tag.digest) {
				const moved = `it has moved to ${head.digest} since the plan was made`;
				return done(verdict, {
					outcome: "left",
					reason: moved,
					isThere: false,
				});
			}
			mayBeGone = true;
			const isRemoved =
				head && (await registry.deleteManifest(repository, tag.name));
			const why = isRemoved
				? reason
				: `${reason}; somebody else removed it first`;
			done(verdict, { outcome: "removed", reason: why, isThere: false });
		} catch (error) {
			// Without the registry's answer nobody knows whether it did what it was asked.
			const isThere = !mayBeGone || error instanceof RegistryError;
			done(verdict, failure(error, isThere));
		}
	}

	// What keeps fallback tags from being removed, now that the other tags are.
	async function holdOf(
		planned: readonly SeenTag[],
	): Promise<(tag: SeenTag) => Removal | undefined> {
		try {
			const { tags, unresolved } = await surveyRepository(registry, repository);
			const digests = new Map(planned.map((tag) => [tag.name, tag.digest]));
			const staying = tags.filter(
				({ name, digest }) => digests.get(name) !== digest,
			);
			const doubt = doubtOf(unresolved);
			const { answer } = await withChildren(registry, repository, (children) =>
				dependents(staying, planned, children, doubt),
			);
			return ({ name }) => {
				const reason = answer.reasons.get(name);
				if (reason === undefined) return undefined;
				return { outcome: "left", reason, isThere: true };
			};
		} catch (error) {
			return () => failure(error, true);
		}
	}

	function failure(error: unknown, isThere: boolean): Removal {
		const outcome = signal.aborted ? "aborted" : "failed";
		return { outcome, reason: messageOf(error), isThere };
	}
}
