import type { Principal, Verb } from "./access.ts";
import type { SelfTestPlan } from "./self-test-config.ts";
import type { TierKind } from "./tier-kinds.ts";

/** What the self-test saw, as a machine reads it. */
export interface SelfTestReport {
	readonly seconds: number;
	readonly cells: readonly CellResult[];
	readonly fronts: readonly FrontResult[];
}

/** What became of one cell of the access table. */
export interface CellResult {
	readonly registry: string;
	readonly tier: TierKind;
	readonly principal: Principal;
	readonly verb: Verb;
	/** By the access table. */
	readonly allowed: boolean;
	/** `not-tried` is no success: the reason says what was missing. */
	readonly outcome: "passed" | "failed" | "not-tried";
	readonly reason?: string;
}

/** Whether a published port keeps away from the writing half of Prod. */
export interface FrontResult {
	/** Name of the registry the port belongs to. */
	readonly name: string;
	readonly url: string;
	readonly outcome: "passed" | "failed";
	readonly reason?: string;
}

/** How a self-test ended. */
export interface SelfTestTally {
	readonly passed: number;
	readonly failed: number;
	readonly notTried: number;
}

/** Counts cells and ports together. */
export function tallyOf({ cells, fronts }: SelfTestReport): SelfTestTally {
	const count = (outcome: CellResult["outcome"]) =>
		[...cells, ...fronts].filter((result) => result.outcome === outcome).length;
	return {
		passed: count("passed"),
		failed: count("failed"),
		notTried: count("not-tried"),
	};
}

/** The report of a plan that could not be tried at all: every part of it failed. */
export function failedReport(
	{ registries, fronts }: SelfTestPlan,
	reason: string,
): SelfTestReport {
	return {
		seconds: 0,
		cells: registries.flatMap(({ name, tier, cells }) =>
			cells.map(({ principal, verb, allowed }) => ({
				registry: name,
				tier,
				principal,
				verb,
				allowed,
				outcome: "failed",
				reason,
			})),
		),
		fronts: fronts.map(({ name, url }) => ({
			name,
			url,
			outcome: "failed",
			reason,
		})),
	};
}

/** One report of what was tried from several places. */
export function joinedReport(
	reports: readonly SelfTestReport[],
): SelfTestReport {
	return {
		// They are made at the same time.
		seconds: Math.max(0, ...reports.map(({ seconds }) => seconds)),
		cells: reports.flatMap(({ cells }) => cells),
		fronts: reports.flatMap(({ fronts }) => fronts),
	};
}
