import { setTimeout as sleep } from "node:timers/promises";

const TIMEOUT_MS = 120_000;
const INTERVAL_MS = 100;

/**
 * Returns when a condition holds, asked ten times a second.
 *
 * @param problem what is said when it does not come to hold
 * @param hopeless whether it is of no use to wait on. @default - two minutes of waiting
 */
export async function waitUntil(
	condition: () => boolean | Promise<boolean>,
	problem: () => string,
	hopeless: () => boolean = () => false,
): Promise<void> {
	const deadline = Date.now() + TIMEOUT_MS;
	while (!(await condition())) {
		if (hopeless() || Date.now() > deadline) throw new Error(problem());
		await sleep(INTERVAL_MS);
	}
}
