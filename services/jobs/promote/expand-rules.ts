import {
	anchored,
	FALLBACK_TAG,
	SELF_TEST_REPOSITORY,
} from "../../../topology/naming.ts";
import { type Problem, shown } from "../problem.ts";
import { withinTime } from "../within-time.ts";
import type { ListedTag } from "./promotion-manifest.ts";
import type { PromotionRule } from "./rule-entries.ts";
import { filledIn, filledInProblem } from "./tag-template.ts";

/** A tag of the source that a rule offers for promotion. */
export interface RuleCandidate {
	/** The repository, of the same name at both ends. */
	readonly repository: string;
	readonly sourceTag: string;
	/** The tag at the destination. */
	readonly tag: string;
	/** The rule: its file and its place there. */
	readonly file: string;
	readonly path: string;
	/** Why it is not promoted whatever its image is. @default - nothing is known against it */
	readonly reason?: string;
}

/** What rules offer, with one candidate for each tag at the destination. */
export interface ExpandedRules {
	readonly candidates: readonly RuleCandidate[];
	/** Rules that cannot be followed; nothing of them is among the candidates. */
	readonly problems: readonly Problem[];
}

export interface ExpandRulesOptions {
	/** What manifests ask for: rules have no say on those tags. @default - nothing */
	readonly listed?: readonly ListedTag[];
	/** A rule may give the tag `latest`. @default false */
	readonly allowLatest?: boolean;
	/** What a rule may take for all repositories; most need a microsecond a tag. @default 10,000 */
	readonly milliseconds?: number;
}

/**
 * Finds the tags that rules promote. When two tags of the source are to become the same tag, neither
 * is promoted, since nobody can tell which one was meant: the one candidate for them says both.
 *
 * @param tagsByRepository the tags at the source
 */
export function expandRules(
	rules: readonly PromotionRule[],
	tagsByRepository: ReadonlyMap<string, readonly string[]>,
	{
		listed = [],
		allowLatest = false,
		milliseconds = 10_000,
	}: ExpandRulesOptions = {},
): ExpandedRules {
	const taken = new Set(listed.map(targetOf));
	const offered: RuleCandidate[] = [];
	const problems: Problem[] = [];
	for (const rule of rules) {
		const done = withinTime(milliseconds, () =>
			matchesOf(rule, tagsByRepository),
		);
		if (done) offered.push(...done.result);
		else problems.push(slowRule(rule));
	}
	const byTarget = Map.groupBy(offered, targetOf);
	const candidates = [...byTarget].flatMap(([target, sameTarget]) =>
		taken.has(target) ? [] : decided(sameTarget, allowLatest),
	);
	return { candidates, problems };
}

const targetOf = ({ repository, tag }: ListedTag) => `${repository}:${tag}`;

function matchesOf(
	{ repositories, tags, promote, file, path }: PromotionRule,
	tagsByRepository: ReadonlyMap<string, readonly string[]>,
): readonly RuleCandidate[] {
	const names = repositories.map(anchored);
	const pattern = anchored(tags);
	return [...tagsByRepository].flatMap(([repository, sourceTags]) => {
		if (!names.some((name) => name.test(repository))) return [];
		// What the self-test writes is there to be refused.
		if (repository === SELF_TEST_REPOSITORY) return [];
		return sourceTags.flatMap((sourceTag) => {
			const match = FALLBACK_TAG.test(sourceTag)
				? null
				: pattern.exec(sourceTag);
			if (!match) return [];
			const tag = filledIn(promote, match);
			return [{ repository, sourceTag, tag, file, path }];
		});
	});
}

/** The one candidate of those for the same tag at the destination. */
function decided(
	[first, ...others]: readonly RuleCandidate[],
	allowLatest: boolean,
): readonly RuleCandidate[] {
	if (!first) return [];
	const rival = others.find(({ sourceTag }) => sourceTag !== first.sourceTag);
	const reason = rival
		? `${first.sourceTag} and ${rival.sourceTag} are both to become ${first.tag}, by ${placeOf(first)} and ${placeOf(rival)}; expected one image for a tag; neither is promoted. Fix: list the one that is meant in a manifest`
		: filledInProblem(first.tag, allowLatest);
	return [{ ...first, ...(reason !== undefined && { reason }) }];
}

const placeOf = ({ file, path }: RuleCandidate) => `${file}:${path}`;

function slowRule({ file, path, tags }: PromotionRule): Problem {
	return {
		file,
		path,
		what: "rule takes too long",
		got: shown(tags),
		expected: "patterns that match a text in one way alone",
		fix: "leave no repetition directly inside of another, as in (a+)+",
	};
}
