import type {
	AccessCell,
	TestedRegistry,
} from "../../../topology/self-test-config.ts";
import {
	type CellResult,
	failedReport,
} from "../../../topology/self-test-report.ts";
import type { Transport } from "../../oci/transport.ts";
import { messageOf } from "../error-message.ts";
import type { NewClient } from "./clients.ts";
import { perform } from "./perform.ts";
import { planCell, type Stage } from "./plan-cell.ts";
import { openScene } from "./scene.ts";
import { stepProblems, type TagState, tagProblems } from "./verdict.ts";

/**
 * Tries every cell of one registry, one after the other: what a cell leaves behind is looked at
 * before the next one begins, and put right.
 */
export async function tryRegistry(
	registry: TestedRegistry,
	newClient: NewClient,
	transport: Transport,
): Promise<readonly CellResult[]> {
	const problem = await unreachable(registry, transport);
	if (problem !== undefined) {
		const plan = { registries: [registry], fronts: [] };
		return failedReport(plan, problem).cells;
	}
	const scene = await openScene(registry, newClient);
	const results: CellResult[] = [];
	for (const cell of registry.cells) results.push(await tryCell(cell));
	// What stays is the same in the next run, and no cell's fault.
	await scene.clear().catch(() => {});
	return results;

	async function tryCell(cell: AccessCell): Promise<CellResult> {
		const { principal, verb, allowed } = cell;
		const { name, tier } = registry;
		const about = { registry: name, tier, principal, verb, allowed };
		const plan = planCell(cell, scene);
		if (plan.kind === "leave") {
			return { ...about, outcome: plan.outcome, reason: plan.reason };
		}
		const problems: string[] = [];
		const isWrite = plan.stages.some(({ acts }) =>
			acts.some(({ kind }) => kind !== "pull"),
		);
		try {
			const before = isWrite ? await scene.tags() : new Map();
			for (const login of cell.logins.length > 0 ? cell.logins : [undefined]) {
				if (plan.onNewTag) await placeNewTag();
				for (const stage of plan.stages) {
					problems.push(...(await tryStage(stage, before, allowed, login)));
				}
			}
			if (isWrite && (allowed || problems.length > 0)) await scene.restore();
		} catch (error) {
			problems.push(messageOf(error));
		}
		return problems.length === 0
			? { ...about, outcome: "passed" }
			: { ...about, outcome: "failed", reason: problems.join("; ") };
	}

	async function tryStage(
		{ acts, changes }: Stage,
		before: TagState,
		allowed: boolean,
		login: AccessCell["logins"][number] | undefined,
	): Promise<readonly string[]> {
		const { url } = registry;
		const { images } = scene;
		const steps = [];
		for (const act of acts) {
			steps.push(await perform(act, { url, images, newClient }, login));
		}
		const expected = new Map([...before, ...changes]);
		const after = before.size > 0 ? await scene.tags() : before;
		return [...stepProblems(allowed, steps), ...tagProblems(expected, after)];
	}

	async function placeNewTag(): Promise<void> {
		if (scene.newTag === undefined) return;
		await scene.own?.put(scene.newTag, scene.images.first);
	}
}

async function unreachable(
	{ name, url }: TestedRegistry,
	transport: Transport,
): Promise<string | undefined> {
	try {
		await transport.send(
			{ method: "GET", url: new URL("/v2/", url) },
			ANSWER_LIMIT,
		);
		return undefined;
	} catch (error) {
		return `${name} does not answer: ${messageOf(error)}`;
	}
}

const ANSWER_LIMIT = 64 * 1024;
