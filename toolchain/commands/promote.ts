import { PROMOTER_JOB } from "../../topology/compile.ts";
import { ensureEngine } from "../docker-engine.ts";
import type { StackOptions } from "../main.ts";
import { runAttached, UserError } from "../process.ts";
import { stackContainers } from "../stack-containers.ts";

/** `npm run promote`: the job in its own container, the only place that reaches Prod's writing half. */
export async function promote(
	{ stack }: StackOptions,
	args: readonly string[],
): Promise<number> {
	const { client, env } = await ensureEngine({ install: false });
	const [promoter] = await stackContainers(client, stack, {
		name: `${PROMOTER_JOB}-server`,
		running: true,
	});
	if (!promoter) {
		throw new UserError(
			`the stack '${stack}' has no running promoter. Fix: npm run up`,
		);
	}
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
