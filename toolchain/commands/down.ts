import { namespacesOf } from "../../topology/hosts.ts";
import { ensureEngine } from "../docker-engine.ts";
import { describeKept, loadKeptStorage } from "../kubernetes/kept-storage.ts";
import type { StackOptions } from "../main.ts";
import { runPulumi } from "../pulumi-run.ts";
import { removeLeftovers } from "../recovery.ts";
import {
	existsLocally,
	locateStack,
	platformOf,
	type StackLocation,
} from "../stack.ts";
import { describeStack, prepareCli } from "./prepare.ts";

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
	if (!engine) await sayWhatIsKept(location);
	return 0;
}

async function sayWhatIsKept(location: StackLocation): Promise<void> {
	const { stack } = location;
	const { estate } = describeStack({
		stack,
		configFile: location.file,
		install: false,
	});
	const { kubernetes: cluster } = estate;
	if (!cluster) return;
	const namespaces = namespacesOf(estate);
	const kept = await loadKeptStorage({ cluster, stack, namespaces });
	const words = describeKept(kept, { cluster, stack });
	if (words) console.log(`\n${words}\n\n${forgetting(stack)}`);
}

const forgetting = (stack: string) =>
	`The stack goes on knowing it, and the next up finds it again. To forget the stack as well, after that:\n  npm run pulumi -- --stack ${stack} stack rm --force`;
