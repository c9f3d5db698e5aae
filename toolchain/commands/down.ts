import { ensureEngine } from "../docker-engine.ts";
import type { StackOptions } from "../main.ts";
import { removeLeftovers } from "../orphans.ts";
import { runPulumi } from "../pulumi-run.ts";
import { existsLocally, locateStack } from "../stack.ts";
import { prepareCli } from "./prepare.ts";

/** `npm run down`: removes what the stack put up, and what an interrupted run of it left behind. */
export async function down(
	{ stack, configFile, install }: StackOptions,
	args: readonly string[],
): Promise<number> {
	const location = locateStack(stack, configFile);
	const { client, env: engineEnv } = await ensureEngine({ install });
	if (!location.local || existsLocally(location)) {
		const cli = await prepareCli(location, engineEnv);
		const code = await runPulumi({ location, ...cli }, [
			"destroy",
			...(location.local ? ["--yes", "--skip-preview"] : []),
			...args,
		]);
		if (code !== 0) return code;
	}
	if (location.local) await removeLeftovers(client, stack);
	return 0;
}
