import type { RetentionRule } from "../../../topology/retention.ts";
import type { Registry } from "../../oci/registry.ts";
import { messageOf } from "../error-message.ts";
import { forEach } from "../workers.ts";
import { withChildren } from "./children.ts";
import type { Ledger, Sighting } from "./ledger.ts";
import { planRepository, type Verdict } from "./plan.ts";
import { seenTags } from "./seen-tag.ts";
import { surveyRepository, type UnresolvedTag } from "./survey.ts";

/** Repositories that are looked at a time. */
const CONCURRENT_REPOSITORIES = 16;

/** What is to become of a repository's tags. */
export interface RepositoryPlan {
	readonly repository: string;
	readonly verdicts: readonly Verdict[];
	/** Tags that could not be looked at, with what is known of them. They stay. */
	readonly unresolved: readonly (UnresolvedTag & {
		readonly sighting: Sighting | undefined;
	})[];
}

/** What is to become of a registry's tags, as far as they could be listed. */
export interface RegistryPlan {
	/** By name. */
	readonly repositories: readonly RepositoryPlan[];
	/** What is known of repositories that have no plan and may be there all the same. */
	readonly unseen: Ledger;
	/** What could not be listed or read. */
	readonly problems: readonly string[];
}

/** How a registry is judged. */
export interface Judgement {
	readonly rule: RetentionRule;
	/** Emptied as it is used: what is known of a repository is then in its plan. */
	readonly ledger: Map<string, ReadonlyMap<string, Sighting>>;
	/** Milliseconds since the epoch. */
	readonly now: () => number;
}

/** Plans what becomes of all tags of a registry. A repository that cannot be listed leaves the others alone. */
export async function planRegistry(
	registry: Registry,
	{ rule, ledger, now }: Judgement,
): Promise<RegistryPlan> {
	const plans = new Map<string, RepositoryPlan>();
	const unlisted = new Set<string>();
	const problems: string[] = [];
	let isWhole = true;
	try {
		const names = registry.repositories();
		await forEach(names, CONCURRENT_REPOSITORIES, async (repository) => {
			try {
				plans.set(repository, await planOne(repository));
				ledger.delete(repository);
			} catch (error) {
				unlisted.add(repository);
				problems.push(`${repository} was left alone: ${messageOf(error)}`);
			}
		});
	} catch (error) {
		isWhole = false;
		problems.push(`not all repositories are known: ${messageOf(error)}`);
	}
	const mayBeThere = ([repository]: readonly [string, unknown]) =>
		!isWhole || unlisted.has(repository);
	return {
		repositories: [...plans.values()].toSorted((a, b) =>
			a.repository < b.repository ? -1 : 1,
		),
		unseen: new Map([...ledger].filter(mayBeThere)),
		problems: problems.toSorted(),
	};

	async function planOne(repository: string): Promise<RepositoryPlan> {
		const known = ledger.get(repository);
		const survey = await surveyRepository(registry, repository);
		// After the survey: an age may come out too low, never too high.
		const seen = now();
		const state = { ...survey, tags: seenTags(survey.tags, known, seen) };
		const { answer, problems: unread } = await withChildren(
			registry,
			repository,
			(children) => planRepository(state, rule, seen, children),
		);
		for (const problem of unread) {
			problems.push(`signatures of ${repository} were left alone: ${problem}`);
		}
		return {
			repository,
			verdicts: answer.verdicts,
			unresolved: survey.unresolved.map((tag) => ({
				...tag,
				sighting: known?.get(tag.name),
			})),
		};
	}
}
