import { NODE_NAME } from "./addresses.ts";
import { tryKubectl } from "./kubectl.ts";

/** Whether the API server takes requests. */
export const apiServerAnswers = async (): Promise<boolean> =>
	(await tryKubectl(["get", "--raw", "/readyz"])).code === 0;

/** Whether the node takes pods. */
export async function nodeIsReady(): Promise<boolean> {
	const { stdout } = await tryKubectl([
		...["get", "node", NODE_NAME, "--output"],
		'jsonpath={.status.conditions[?(@.type=="Ready")].status}',
	]);
	return stdout === "True";
}
