import { ensureEngine } from "../docker-engine.ts";
import type { StackOptions } from "../main.ts";
import { runPulumi } from "../pulumi-run.ts";
import { removeLeftovers } from "../recovery.ts";
import { existsLocally, locateStack, platformOf } from "../stack.ts";
import { prepareCli } from "./prepare.ts";

/** `npm run down`: removes what the stack put up, and what an interrupted run of it left behind. */
export async function down(
	{ stack, configFile, install }: StackOptions,
	args: readonly string[],
): Promise<number> {
	const location = locateStack(stack, configFile);
	// Not read as a whole: a stack is taken down also where its configuration has mistakes.
	const engine =
		platformOf(location) === "docker"
			? await ensureEngine({ install })
			: undefined;
	if (!location.local || existsLocally(location)) {
		const cli = await prepareCli(location, engine?.env ?? {});
		const code = await runPulumi(
			{ location, ...(engine && { engine }), ...cli },
			[
				"destroy",
				// What is kept is protected; everything else goes.
				...(engine ? [] : ["--exclude-protected"]),
				...(location.local ? ["--yes", "--skip-preview"] : []),
				...args,
			],
		);
		if (code !== 0) return code;
	}
	if (engine && location.local) await removeLeftovers(engine.client, stack);
	return 0;
}
