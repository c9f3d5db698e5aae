import type {
	AccessCell,
	Login,
	TestedRegistry,
} from "../../../topology/self-test-config.ts";
import {
	type CellResult,
	failedReport,
} from "../../../topology/self-test-report.ts";
import type { Registry } from "../../oci/registry.ts";
import type { Transport } from "../../oci/transport.ts";
import { messageOf } from "../error-message.ts";
import type { NewClient } from "./clients.ts";
import { perform } from "./perform.ts";
import { type CellPlan, planCell, type Stage } from "./plan-cell.ts";
import { openScene } from "./scene.ts";
import {
	type Step,
	stepProblems,
	type TagState,
	tagProblems,
} from "./verdict.ts";

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
	// What the tags pointed to when they were looked at last; undefined after somebody moved them.
	let known: TagState | undefined;
	const results: CellResult[] = [];
	for (const cell of registry.cells) results.push(await tryCell(cell));
	// A tag that stays is taken up by the next run, and why it could not go shows in a cell.
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
		const problems = await problemsOf(plan, cell).catch((error: unknown) => [
			messageOf(error),
		]);
		return problems.length === 0
			? { ...about, outcome: "passed" }
			: { ...about, outcome: "failed", reason: problems.join("; ") };
	}

	async function problemsOf(
		{ stages, onNewTag, actions }: Extract<CellPlan, { kind: "try" }>,
		{ allowed, verb, logins }: AccessCell,
	): Promise<readonly string[]> {
		const problems: string[] = [];
		// Pulling moves no tag.
		const before = verb === "pull" ? undefined : await knownTags();
		for (const login of logins.length > 0 ? logins : [undefined]) {
			if (onNewTag) await scene.placeNewTag();
			const client = newClient(registry.url, login, actions);
			for (const stage of stages) {
				const found = await tryStage(stage, client, allowed, before);
				problems.push(...found.map((problem) => from(login, problem)));
			}
		}
		if (before && (allowed || problems.length > 0)) {
			known = undefined;
			await scene.restore();
		}
		return problems;
	}

	async function tryStage(
		{ acts, changes }: Stage,
		client: Registry,
		allowed: boolean,
		before: TagState | undefined,
	): Promise<readonly string[]> {
		const steps: Step[] = [];
		for (const act of acts) {
			steps.push(await perform(act, client, scene.images));
		}
		const problems = stepProblems(allowed, steps);
		if (!before) return problems;
		const expected = new Map([...before, ...changes]);
		return [...problems, ...tagProblems(expected, await scene.tags())];
	}

	async function knownTags(): Promise<TagState> {
		known ??= await scene.tags();
		return known;
	}
}

// A principal may have several accounts: the message says which one.
function from(login: Login | undefined, problem: string): string {
	return login ? `with ${login.secret}: ${problem}` : problem;
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
