import type { Copier } from "../../oci/copy.ts";
import { Semaphore } from "../../oci/semaphore.ts";
import { messageOf } from "../error-message.ts";
import type { Logger } from "../log.ts";
import type { Progress } from "../progress.ts";
import type { LateReferrers } from "./late-referrers.ts";
import type { Step } from "./plan.ts";
import type { Recorder } from "./recorder.ts";
import type { ItemResult } from "./report.ts";

/** What a run works with. */
export interface Tools {
	readonly copier: Copier;
	readonly late: LateReferrers;
	/** @default - nothing is recorded */
	readonly recorder?: Recorder;
	/** Told of each tag that was promoted. */
	readonly onPromoted: (item: ItemResult) => Promise<void>;
	readonly log: Logger;
	readonly progress: Progress;
	readonly signal: AbortSignal;
}

/** Images under way at a time. Most of them wait for a request, so this costs little memory. */
const CONCURRENT_IMAGES = 16;

/** Does what was planned. What goes wrong with one promotion leaves the others alone. */
export async function carryOut(
	steps: readonly Step[],
	tools: Tools,
): Promise<readonly ItemResult[]> {
	const { log, progress } = tools;
	const images = new Semaphore(CONCURRENT_IMAGES);
	progress.start(steps.filter(({ action }) => action === "copy").length);
	return Promise.all(
		steps.map(async (step) => {
			const result = await images.run(() => carryOutOne(step, tools));
			if (step.action === "copy") progress.itemDone();
			logResult(result, log);
			return result;
		}),
	);
}

async function carryOutOne(step: Step, tools: Tools): Promise<ItemResult> {
	if (step.action !== "copy" && step.action !== "skip") {
		// What could not be told because the run was stopped failed at nothing.
		const isStopped = step.action === "fail" && tools.signal.aborted;
		return { ...resultOf(step), ...(isStopped && { outcome: "aborted" }) };
	}
	try {
		const leftOut =
			step.action === "copy"
				? await copy(step, tools)
				: await tools.late.takeAlong(step.promotion);
		const result = {
			...resultOf(step),
			...(step.action === "copy" && { outcome: "promoted" as const }),
			...(leftOut.length > 0 && { leftOut }),
		};
		if (step.action === "copy") await tools.onPromoted(result);
		return result;
	} catch (error) {
		const outcome = tools.signal.aborted ? "aborted" : "failed";
		return { ...resultOf(step), outcome, reason: messageOf(error) };
	}
}

async function copy(
	step: Extract<Step, { action: "copy" }>,
	{ copier, recorder }: Tools,
): Promise<readonly string[]> {
	const { repository, digest, tag } = step.promotion;
	const { leftOut } = await copier.copy({
		from: repository,
		to: repository,
		reference: digest,
		tag,
		...(recorder && {
			beforeTag: (image) => recorder.attach(step, image),
		}),
	});
	return leftOut;
}

/** A step as it stands in the report of a run that does nothing about it. */
export function resultOf(step: Step): ItemResult {
	const { promotion } = step;
	if (step.action === "skip") return { ...promotion, outcome: "present" };
	const checks = step.checks && { checks: step.checks };
	if (step.action === "copy") {
		return { ...promotion, outcome: "planned", ...checks };
	}
	const outcome = OUTCOME_OF[step.action];
	return { ...promotion, outcome, reason: step.reason, ...checks };
}

const OUTCOME_OF = { refuse: "refused", fail: "failed", hold: "held" } as const;

function logResult({ outcome, ...item }: ItemResult, log: Logger): void {
	if (outcome === "promoted") log.info(item, "promoted");
	else if (outcome === "held") log.info(item, "held");
	else if (outcome === "present") log.debug(item, "already there");
	else log.error(item, outcome);
}
