import { join } from "node:path";
import { ROOT } from "../toolchain/stack.ts";
import type { BenchOptions } from "./bench-options.ts";
import { figure, type Metrics, median } from "./metric.ts";
import { benchPolicies } from "./policies.ts";
import { costOf } from "./process-cost.ts";

const ROUNDS = 5;

/** How long a plan of all stacks takes without an engine, the memory of all its processes, and how long the policies take. */
export async function benchPlan(options: BenchOptions): Promise<Metrics> {
	const costs: Awaited<ReturnType<typeof costOf>>[] = [];
	for (let round = 0; round < (options.quick ? 1 : ROUNDS); round += 1) {
		costs.push(await costOf(COMMAND));
	}
	return {
		planMs: figure(median(costs.map(({ seconds }) => seconds)) * 1_000, "ms"),
		planRssMiB: figure(
			median(costs.map(({ residentMiB }) => residentMiB)),
			"MiB",
		),
		...(await benchPolicies(options)),
	};
}

// A plan that fails is as much work as one that does not: 1 says that something must not be deployed.
const COMMAND = [
	"sh",
	"-c",
	'"$@"; [ $? -le 1 ]',
	"",
	process.execPath,
	join(ROOT, "toolchain/main.ts"),
	"plan",
	"--base",
	"HEAD",
	"--format",
	"html",
	"--out",
	"/dev/null",
];
