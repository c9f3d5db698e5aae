import { acceptsTag, anchored } from "../../../topology/naming.ts";
import { withinTime } from "../within-time.ts";
import type { PlanRules } from "./plan.ts";
import type { PromotionRule } from "./rule-entries.ts";
import { filledIn } from "./tag-template.ts";

/** Tags as builds and releases often get them. */
const EXAMPLES: readonly string[] = [
	"1.4.2-0a1b2c3",
	"v1.4.2-0a1b2c3",
	"1.4.2-rc.1-0a1b2c3",
	"main-7-0a1b2c3",
	"1.4.2",
	"v1.4.2",
	"7-0a1b2c3",
];

/**
 * A rule in words, with an example of a tag that the source takes where a usual one matches: so that
 * somebody who reads a change of it sees what it does, without any registry.
 */
export function describeRule(
	rule: PromotionRule,
	{ source, destination }: Pick<PlanRules, "source" | "destination">,
): string {
	const { file, path, repositories, tags, promote } = rule;
	const what = `${file}:${path}: promotes tags of ${repositories.join(" or ")} like ${tags} as ${promote}`;
	const example = exampleOf(
		rule,
		EXAMPLES.filter((tag) => acceptsTag(source, tag)),
	);
	if (!example) return `${what}; no example is known`;
	const { from, to } = example;
	return acceptsTag(destination, to)
		? `${what}; for example ${from} as ${to}`
		: `${what}; for example ${from} as ${to}, which the destination does not take: expected ${destination.tagHelp}`;
}

function exampleOf(
	{ tags, promote }: PromotionRule,
	examples: readonly string[],
): { readonly from: string; readonly to: string } | undefined {
	const pattern = anchored(tags);
	return withinTime(1_000, () => {
		for (const from of examples) {
			const match = pattern.exec(from);
			if (match) return { from, to: filledIn(promote, match) };
		}
		return undefined;
	})?.result;
}
