import { PROMOTER_JOB } from "../../topology/names.ts";
import { ensureEngine } from "../docker-engine.ts";
import type { StackOptions } from "../main.ts";
import { runAttached } from "../process.ts";
import { runningContainer } from "../stack-containers.ts";

/** Name of the server that promotes, among a stack's resources. */
export const PROMOTER = `${PROMOTER_JOB}-server`;

/** `npm run promote`: the job in its own container, the only place that reaches Prod's writing half. */
export async function promote(
	{ stack }: StackOptions,
	args: readonly string[],
): Promise<number> {
	const { client, env } = await ensureEngine({ install: false });
	const promoter = await runningContainer(client, stack, PROMOTER);
	const terminal = process.stdin.isTTY && process.stdout.isTTY ? ["-it"] : [];
	return runAttached(
		"docker",
		[
			"exec",
			...terminal,
			promoter.Id,
			"node",
			"/app/jobs.mjs",
			"promote",
			...args,
		],
		{ env },
	);
}
