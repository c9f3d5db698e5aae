import type { Problem } from "../../stacks/config/problem.ts";
import type { KubernetesSpec } from "../../topology/kubernetes-spec.ts";

/** The settings below `estate.kubernetes` that a problem can lie in. */
export type Setting =
	| keyof KubernetesSpec
	| "exposure.ingressClass"
	| "exposure.tls";

/** What was found of the cluster and what to do about it. */
export interface Finding {
	/** What is wrong, in a few words. */
	readonly wrong: string;
	/** What the cluster has. */
	readonly got: string;
	readonly expected: string;
	/** One action, without a full stop. */
	readonly fix: string;
}

/** The finding as a problem of the setting that leads to it, in the words of configuration errors. */
export const clusterProblem = (
	setting: Setting,
	{ wrong, got, expected, fix }: Finding,
): Problem => ({
	path: `estate.kubernetes.${setting}`,
	message: `${wrong}, got ${got}; expected ${expected}. Fix: ${fix}.`,
});

/** Names as a reader takes them in. */
export const listed = (names: readonly string[]) => names.join(", ") || "none";

/** `kubectl` as it has to be called to reach the stack's cluster. */
export const kubectlFor = ({
	kubeconfig,
	context,
}: Pick<KubernetesSpec, "kubeconfig" | "context">) =>
	`kubectl --kubeconfig ${quoted(kubeconfig)} --context ${quoted(context)}`;

// A shell opens `~` only where it is not quoted.
const quoted = (word: string) =>
	/^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
