import type { PromoterConfig } from "../../../topology/job-config.ts";
import { all } from "../../oci/all.ts";
import type { Registry } from "../../oci/registry.ts";
import type { TagInventory } from "../../oci/tag-inventory.ts";
import { InvalidInputError, type Problem } from "../problem.ts";
import { forEach } from "../workers.ts";
import { bulkProblem } from "./bulk.ts";
import type { CurrentTags } from "./current-tags.ts";
import { expandRules, type RuleCandidate } from "./expand-rules.ts";
import type { Judge } from "./judge.ts";
import {
	type Current,
	nameRefusal,
	type PlanRules,
	planPromotions,
	type Step,
} from "./plan.ts";
import type { Promotion } from "./promotion-manifest.ts";
import type { Asked } from "./read-manifests.ts";
import { ruleListings } from "./rule-listings.ts";
import { rulePromotions } from "./rule-promotions.ts";

/** Where a plan looks. */
export interface World {
	readonly source: Registry;
	readonly sourceTags: TagInventory;
	readonly current: CurrentTags;
	readonly judge: Judge;
	/** Compares what rules found before with the source again. */
	readonly compare: boolean;
	/** Any number of new tags is meant. */
	readonly bulk: boolean;
}

/** What a run will do, and what is wrong with the rules. */
export interface Prepared {
	readonly steps: readonly Step[];
	readonly problems: readonly Problem[];
}

/**
 * Decides about everything that is asked for, before anything is done about it. Writes nothing.
 *
 * @throws InvalidInputError when there is more to promote than anybody asks for by mistake.
 */
export async function prepare(
	{ promotions, listed, rules }: Asked,
	config: PromoterConfig,
	planRules: PlanRules,
	world: World,
): Promise<Prepared> {
	const { allowLatest = false } = config;
	const { tagsByRepository, failures } = await ruleListings(
		rules,
		config,
		world.source,
		world.sourceTags,
	);
	const { candidates, problems } = expandRules(rules, tagsByRepository, {
		listed,
		allowLatest,
	});
	const found = await ruleSteps(candidates, world);
	const wanted = [...promotions, ...found.promotions];
	const planned = await plan(wanted, planRules, world.current);
	const tooMany = bulkProblem(
		planned.filter(({ action }) => action === "copy").length,
	);
	// Before so many images are looked into.
	if (tooMany && !world.bulk) throw new InvalidInputError([tooMany]);
	const judged = await all(
		planned,
		async (step): Promise<Step> =>
			step.action === "copy" ? world.judge.step(step.promotion) : step,
	);
	return { steps: [...judged, ...found.steps, ...failures], problems };
}

function ruleSteps(candidates: readonly RuleCandidate[], world: World) {
	const { source, current, compare } = world;
	return rulePromotions(candidates, source, current, compare);
}

/** More gains nothing against distribution, and each costs memory. */
const CONCURRENT_TAGS = 64;

async function plan(
	promotions: readonly Promotion[],
	rules: PlanRules,
	current: CurrentTags,
): Promise<readonly Step[]> {
	const found = new Map<Promotion, Current>();
	await forEach(promotions, CONCURRENT_TAGS, async (promotion) => {
		if (nameRefusal(promotion, rules) !== undefined) return;
		found.set(promotion, await current.of(promotion, promotion.digest));
	});
	return planPromotions(
		promotions,
		rules,
		(promotion) => found.get(promotion) ?? { unreadable: "was not read" },
	);
}
