import type { StackOptions } from "../main.ts";
import { runPulumi } from "../pulumi-run.ts";
import { locateStack } from "../stack.ts";
import { prepareCli } from "./prepare.ts";

/** `npm run pulumi`: the CLI itself, with the stack's state, passphrase and plugins. */
export async function passThrough(
	{ stack, configFile }: StackOptions,
	args: readonly string[],
): Promise<number> {
	const location = locateStack(stack, configFile);
	const cli = await prepareCli(location, {});
	return runPulumi({ location, ...cli }, args);
}
