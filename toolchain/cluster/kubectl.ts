import { type Captured, runCaptured } from "../process.ts";
import { builtProgram } from "./built-programs.ts";
import { KUBECONFIG } from "./state.ts";

/** Runs kubectl as the cluster's administrator, whatever KUBECONFIG says. */
export function tryKubectl(
	args: readonly string[],
	input = "",
): Promise<Captured> {
	return runCaptured(
		builtProgram("kubectl"),
		["--kubeconfig", KUBECONFIG, ...args],
		{ input },
	);
}

/** Runs kubectl and returns what it printed; fails with what it said. */
export async function kubectl(
	args: readonly string[],
	input = "",
): Promise<string> {
	const { code, stdout, stderr } = await tryKubectl(args, input);
	if (code !== 0)
		throw new Error(`'kubectl ${args.join(" ")}' failed: ${stderr.trim()}`);
	return stdout;
}

/** Makes objects so, and owns the fields it names. */
export async function applyObjects(objects: unknown): Promise<void> {
	await kubectl(
		["apply", "--server-side", "--force-conflicts", "-f", "-"],
		JSON.stringify(objects),
	);
}
