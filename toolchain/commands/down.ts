import { ensureEngine } from "../docker-engine.ts";
import type { StackOptions } from "../main.ts";
import { runPulumi } from "../pulumi-run.ts";
import { removeLeftovers } from "../recovery.ts";
import { existsLocally, locateStack } from "../stack.ts";
import { prepareCli } from "./prepare.ts";

/** `npm run down`: removes what the stack put up, and what an interrupted run of it left behind. */
export async function down(
	{ stack, configFile, install }: StackOptions,
	args: readonly string[],
): Promise<number> {
	const location = locateStack(stack, configFile);
	const engine = await ensureEngine({ install });
	if (!location.local || existsLocally(location)) {
		const cli = await prepareCli(location, engine.env);
		const code = await runPulumi({ location, engine, ...cli }, [
			"destroy",
			...(location.local ? ["--yes", "--skip-preview"] : []),
			...args,
		]);
		if (code !== 0) return code;
	}
	if (location.local) await removeLeftovers(engine.client, stack);
	return 0;
}
