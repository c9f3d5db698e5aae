import type { PromoterConfig } from "../../../topology/job-config.ts";
import { acceptsName, anchored } from "../../../topology/naming.ts";
import { all } from "../../oci/all.ts";
import type { Registry } from "../../oci/registry.ts";
import type { TagInventory } from "../../oci/tag-inventory.ts";
import { messageOf } from "../error-message.ts";
import type { Step } from "./plan.ts";
import type { PromotionRule } from "./rule-entries.ts";

/** What the source has for rules to look at. */
export interface RuleListings {
	readonly tagsByRepository: ReadonlyMap<string, readonly string[]>;
	/** What could not be listed: a failure for each rule that is about it. */
	readonly failures: readonly Step[];
}

/** Lists the tags of all repositories that may be promoted. One that cannot be listed hides no other. */
export async function ruleListings(
	rules: readonly PromotionRule[],
	config: PromoterConfig,
	source: Registry,
	tags: TagInventory,
): Promise<RuleListings> {
	if (rules.length === 0) return { tagsByRepository: new Map(), failures: [] };
	let names: readonly string[];
	try {
		names = await promotable(config, source);
	} catch (error) {
		const failures = rules.map((rule) =>
			failure(rule, rule.repositories.join(" or "), error),
		);
		return { tagsByRepository: new Map(), failures };
	}
	const failures: Step[] = [];
	const listed = await all(names, async (name) => {
		try {
			return [[name, [...(await tags.of(name))]] as const];
		} catch (error) {
			const about = rules.filter(({ repositories }) =>
				repositories.some((pattern) => anchored(pattern).test(name)),
			);
			failures.push(...about.map((rule) => failure(rule, name, error)));
			return [];
		}
	});
	return { tagsByRepository: new Map(listed.flat()), failures };
}

async function promotable(
	{ source: { naming }, destination, repositories }: PromoterConfig,
	source: Registry,
): Promise<readonly string[]> {
	const names: string[] = [];
	for await (const name of source.repositories()) {
		const mayGo = repositories?.some((p) => anchored(p).test(name)) ?? true;
		if (mayGo && acceptsName(naming, name)) {
			if (acceptsName(destination.naming, name)) names.push(name);
		}
	}
	return names;
}

// Which tags there would be, nobody knows: it stands for all that the rule gives.
function failure(
	{ promote, file, path }: PromotionRule,
	repository: string,
	error: unknown,
): Step {
	return {
		action: "fail",
		promotion: { repository, tag: promote, file, path },
		reason: messageOf(error),
	};
}
