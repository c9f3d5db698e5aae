import { Rig } from "./rig.ts";
import type { Scenario } from "./scenario.ts";

/** How a scenario ended. */
export interface ScenarioResult {
	readonly scenario: Scenario;
	readonly seconds: number;
	/** Why it failed; undefined when it passed. */
	readonly problem: string | undefined;
}

export interface RunScenariosOptions {
	/** The bundled jobs. */
	readonly program: string;
	/** Scenarios under way at a time. Most of their time they wait. */
	readonly parallel: number;
	/** Lets no further one begin. */
	readonly signal: AbortSignal;
	readonly onStart: (scenario: Scenario) => void;
	readonly onEnd: (result: ScenarioResult) => void;
}

/**
 * Runs scenarios, each in a rig of its own; one that fails does not stop the others.
 *
 * @returns the results in the order of the scenarios
 * @throws the signal's reason
 */
export async function runScenarios(
	scenarios: readonly Scenario[],
	{ parallel, signal, onStart, onEnd, program }: RunScenariosOptions,
): Promise<readonly ScenarioResult[]> {
	const results = new Map<Scenario, ScenarioResult>();
	const waiting = [...scenarios];
	const worker = async () => {
		for (;;) {
			const scenario = waiting.shift();
			if (!scenario) return;
			signal.throwIfAborted();
			onStart(scenario);
			const result = await runOne(scenario, program);
			results.set(scenario, result);
			onEnd(result);
		}
	};
	await Promise.all(Array.from({ length: parallel }, worker));
	return scenarios.flatMap((scenario) => results.get(scenario) ?? []);
}

async function runOne(
	scenario: Scenario,
	program: string,
): Promise<ScenarioResult> {
	const started = Date.now();
	const problem = await problemOf(scenario, program);
	return { scenario, seconds: (Date.now() - started) / 1_000, problem };
}

async function problemOf(
	scenario: Scenario,
	program: string,
): Promise<string | undefined> {
	try {
		const rig = await Rig.start({ program, ...scenario.rig });
		try {
			await scenario.run(rig);
			await rig.check();
			await rig.settle();
		} finally {
			await rig.close();
		}
		return undefined;
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	}
}
