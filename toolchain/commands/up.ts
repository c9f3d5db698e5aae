import type { StackOptions } from "../main.ts";
import { checkPorts } from "../ports.ts";
import { runPulumi } from "../pulumi-run.ts";
import { recover } from "../recovery.ts";
import { isLocked } from "../stack.ts";
import { tierTable } from "../tier-table.ts";
import { findRegistry, targetOf } from "../tier-targets.ts";
import { prepareStack } from "./prepare.ts";

/** `npm run up`: everything a machine lacks, then the stack, then a table of its tiers. */
export async function up(
	options: StackOptions & { readonly tier?: string },
	args: readonly string[],
): Promise<number> {
	const prepared = await prepareStack(options);
	const { estate, engine, location } = prepared;
	const target =
		options.tier &&
		targetOf(location.stack, findRegistry(estate, options.tier));
	// Another run may be under way; Pulumi says so, and what that run makes is left alone.
	if (engine && !isLocked(location)) {
		if (location.local) await recover({ ...prepared, engine });
		await checkPorts(engine.client, estate, location.file);
	}
	// Refreshing first puts right what changed behind Pulumi's back, such as a stopped container.
	const code = await runPulumi(prepared, [
		"up",
		"--refresh",
		// The table says it shorter.
		"--suppress-outputs",
		...(location.local ? ["--yes", "--skip-preview"] : []),
		...(target ? ["--target", target] : []),
		...args,
	]);
	if (code === 0) console.log(tierTable(estate));
	return code;
}
