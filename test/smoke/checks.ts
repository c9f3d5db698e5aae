import { styleText } from "node:util";

/** One promise of the estate, tried for real. It throws when the promise does not hold. */
export interface Check {
	readonly promise: string;
	readonly run: () => Promise<void>;
	/** The rest of its section makes no sense when this does not hold, and counts as failed. @default false */
	readonly needed?: boolean;
}

/** Checks that belong together, one after the other. */
export interface Section {
	readonly heading: string;
	readonly checks: readonly Check[];
	/** Puts right what the checks left away when they did not get to their end. Once is enough. */
	readonly restore?: () => Promise<void>;
}

/** How a list of checks ended. */
export interface Tally {
	readonly passed: number;
	readonly failed: number;
}

/**
 * Runs the checks of the sections one after the other, a line each; a failure does not stop the rest.
 *
 * @param signal ends it after the check that is under way; what is away then is put right first
 * @throws the signal's reason
 */
export async function runSections(
	sections: readonly Section[],
	signal: AbortSignal,
): Promise<Tally> {
	let passed = 0;
	let failed = 0;
	for (const { heading, checks, restore } of sections) {
		console.log(`\n${heading}`);
		try {
			const tally = await runChecks(checks, signal);
			passed += tally.passed;
			failed += tally.failed;
		} finally {
			await restore?.();
		}
	}
	return { passed, failed };
}

async function runChecks(
	checks: readonly Check[],
	signal: AbortSignal,
): Promise<Tally> {
	let failed = 0;
	for (const [i, { promise, run, needed }] of checks.entries()) {
		signal.throwIfAborted();
		const started = Date.now();
		try {
			await run();
			report("green", "✓", promise, started);
		} catch (error) {
			failed += 1;
			report("red", "✗", promise, started);
			const reason = error instanceof Error ? error.message : String(error);
			console.log(reason.replace(/^/gm, "      "));
			if (!needed) continue;
			const rest = checks.length - i - 1;
			console.log(`      the other ${rest} of this section were not tried`);
			failed += rest;
			break;
		}
	}
	return { passed: checks.length - failed, failed };
}

/** The last line of every check command, which machines read. */
export function summary(name: string, { passed, failed }: Tally): string {
	return `${name}: ${passed} passed, ${failed} failed`;
}

function report(
	colour: "green" | "red",
	mark: string,
	promise: string,
	started: number,
): void {
	const seconds = ((Date.now() - started) / 1_000).toFixed(1);
	const sign = styleText(colour, mark, { stream: process.stdout });
	console.log(`  ${sign} ${promise} (${seconds} s)`);
}

/** Fails a check with what was seen and what should have been. */
export function expectEqual(
	what: string,
	seen: unknown,
	wanted: unknown,
): void {
	if (seen !== wanted) {
		throw new Error(`${what} is ${seen}, expected ${wanted}`);
	}
}
