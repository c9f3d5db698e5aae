import { join } from "node:path";
import { planOffline } from "../../services/jobs/promote/plan-offline.ts";
import type { PromotionReport } from "../../services/jobs/promote/report.ts";
import { parseEstate } from "../../stacks/config/parse.ts";
import type { StackDescription } from "../../stacks/offline/description.ts";
import { compileEstate } from "../../topology/compile.ts";
import { offlineConfig } from "../commands/promote.ts";
import { ROOT, readStackConfig } from "../stack.ts";
import { describeCheckouts } from "./describe.ts";
import {
	type PromotionChanges,
	promotionChanges,
} from "./promotion-changes.ts";
import { type Base, withCheckout } from "./revisions.ts";
import { type StackPlan, stackAlone, stackPlan } from "./stack-plan.ts";

/** What this checkout changes against another commit, in all of the stacks that were asked for. */
export interface Plan {
	readonly base: Base;
	/** Why there is nothing to compare with: the base cannot say what it is. */
	readonly incomparable?: string;
	readonly stacks: readonly StackPlan[];
	/** Nothing of this may be deployed. */
	readonly fails: boolean;
}

/**
 * Compares stacks of this checkout, as its files are now, with those of a commit.
 *
 * @param filesIn the configuration files to look at in a checkout, by stack
 */
export function makePlan(
	base: Base,
	filesIn: (root: string) => ReadonlyMap<string, string>,
): Promise<Plan> {
	return withCheckout(base.commit, async (root) => {
		const files = filesIn(ROOT);
		const [before = "", after = ""] = await describeCheckouts([
			{ root, files: filesIn(root) },
			{ root: ROOT, files },
		]);
		if (typeof after === "string") throw new Error(after);
		const incomparable = typeof before === "string" ? before : undefined;
		const old = typeof before === "string" ? undefined : before;
		const names = new Set([...after.keys(), ...(old?.keys() ?? [])]);
		const stacks: StackPlan[] = [];
		for (const name of [...names].sort()) {
			const was = old?.get(name);
			const is = after.get(name);
			const promotions =
				is?.model &&
				(await promotionsOf(is, old ? was : is, old ? root : ROOT, files));
			stacks.push(
				old || !is
					? stackPlan(was, is, promotions)
					: stackAlone(is, promotions),
			);
		}
		return {
			base,
			...(incomparable !== undefined && { incomparable }),
			stacks,
			fails: stacks.some(({ findings }) =>
				findings.some(({ level }) => level === "fails"),
			),
		};
	});
}

async function promotionsOf(
	is: StackDescription,
	was: StackDescription | undefined,
	baseRoot: string,
	files: ReadonlyMap<string, string>,
): Promise<PromotionChanges> {
	const file = files.get(is.stack) ?? "";
	const estate = compileEstate(
		parseEstate(readStackConfig(file)["registry-tiers:estate"], is.stack, file),
	);
	const config = offlineConfig(estate);
	const folder = was?.model?.settings["promotion.manifests"];
	return promotionChanges(
		folder === undefined
			? undefined
			: await readable({ ...config, manifests: join(baseRoot, folder) }),
		await planOffline(config),
	);
}

/** The plan of a base whose manifests can be read; nothing is offered by one whose cannot. */
async function readable(
	config: Parameters<typeof planOffline>[0],
): Promise<PromotionReport | undefined> {
	try {
		return await planOffline(config);
	} catch {
		return undefined;
	}
}
