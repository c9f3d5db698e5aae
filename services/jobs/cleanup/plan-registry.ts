import type { RetentionRule } from "../../../topology/retention.ts";
import type { Registry } from "../../oci/registry.ts";
import { messageOf } from "../error-message.ts";
import { withChildren } from "./children.ts";
import type { Ledger } from "./ledger.ts";
import { planRepository, type Verdict } from "./plan.ts";
import { seenTags } from "./seen-tag.ts";
import { surveyRepository, type UnresolvedTag } from "./survey.ts";
import { forEach } from "./workers.ts";

/** Repositories that are looked at a time. */
const CONCURRENT_REPOSITORIES = 16;

/** What is to become of a repository's tags. */
export interface RepositoryPlan {
	readonly repository: string;
	readonly verdicts: readonly Verdict[];
	/** Tags that could not be looked at. They stay. */
	readonly unresolved: readonly UnresolvedTag[];
}

/** What is to become of a registry's tags, as far as they could be listed. */
export interface RegistryPlan {
	/** By name. */
	readonly repositories: readonly RepositoryPlan[];
	/** Whether a repository that has no plan may be there all the same. */
	readonly mayHave: (repository: string) => boolean;
	/** What could not be listed or read. */
	readonly problems: readonly string[];
}

/** How a registry is judged. */
export interface Judgement {
	readonly rule: RetentionRule;
	readonly ledger: Ledger;
	/** Milliseconds since the epoch. */
	readonly now: () => number;
}

/** Plans what becomes of all tags of a registry. A repository that cannot be listed leaves the others alone. */
export async function planRegistry(
	registry: Registry,
	judgement: Judgement,
): Promise<RegistryPlan> {
	const plans = new Map<string, RepositoryPlan>();
	const unlisted = new Set<string>();
	const problems: string[] = [];
	let isWhole = true;
	try {
		const names = registry.repositories();
		await forEach(names, CONCURRENT_REPOSITORIES, async (repository) => {
			try {
				const planned = await planOne(registry, repository, judgement);
				plans.set(repository, planned.plan);
				problems.push(...planned.problems);
			} catch (error) {
				unlisted.add(repository);
				problems.push(`${repository} was left alone: ${messageOf(error)}`);
			}
		});
	} catch (error) {
		isWhole = false;
		problems.push(`not all repositories are known: ${messageOf(error)}`);
	}
	return {
		repositories: [...plans.values()].toSorted((a, b) =>
			a.repository < b.repository ? -1 : 1,
		),
		mayHave: (repository) => !isWhole || unlisted.has(repository),
		problems: problems.toSorted(),
	};
}

async function planOne(
	registry: Registry,
	repository: string,
	{ rule, ledger, now }: Judgement,
): Promise<{ plan: RepositoryPlan; problems: readonly string[] }> {
	const { tags, unresolved } = await surveyRepository(registry, repository);
	// After the survey: an age may come out too low, never too high.
	const seen = now();
	const state = {
		tags: seenTags(tags, ledger.get(repository), seen),
		unresolved,
	};
	const { answer, problems } = await withChildren(
		registry,
		repository,
		(children) => planRepository(state, rule, seen, children),
	);
	return {
		plan: { repository, verdicts: answer.verdicts, unresolved },
		problems: problems.map(
			(problem) => `signatures of ${repository} were left alone: ${problem}`,
		),
	};
}
