import type { StackOptions } from "../main.ts";
import { runPulumi } from "../pulumi-run.ts";
import { prepareStack } from "./prepare.ts";

/** `npm run preview`: what `up` would do, the refresh included. */
export async function preview(
	options: StackOptions,
	args: readonly string[],
): Promise<number> {
	const prepared = await prepareStack(options);
	return runPulumi(prepared, ["preview", "--refresh", ...args]);
}
