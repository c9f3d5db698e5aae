import type { ClaimNeeds, ContainerNeeds, PodNeeds } from "./cluster-needs.ts";
import { parseQuantity } from "./quantity.ts";

/** What pods and claims add up to. Cores and bytes. */
export interface Demand {
	readonly pods: number;
	readonly requests: { readonly cpu: number; readonly memory: number };
	/** Of containers that name one. */
	readonly limits: { readonly cpu: number; readonly memory: number };
	readonly claims: number;
	readonly storage: number;
}

export function demandOf(
	pods: readonly PodNeeds[],
	claims: readonly ClaimNeeds[],
): Demand {
	const sum = (amount: (container: ContainerNeeds) => string | undefined) =>
		pods.reduce(
			(total, pod) => total + pod.replicas * podAmount(pod, amount),
			0,
		);
	return {
		pods: pods.reduce((total, { replicas }) => total + replicas, 0),
		requests: {
			cpu: sum(({ requests }) => requests.cpu),
			memory: sum(({ requests }) => requests.memory),
		},
		limits: {
			cpu: sum(({ limits }) => limits?.cpu),
			memory: sum(({ limits }) => limits?.memory),
		},
		claims: claims.length,
		storage: claims.reduce((total, { size }) => total + parseQuantity(size), 0),
	};
}

/** What one of the pods adds up to. */
const podAmount = (
	{ containers }: PodNeeds,
	amount: (container: ContainerNeeds) => string | undefined,
) =>
	containers.reduce(
		(total, container) => total + parseQuantity(amount(container) ?? "0"),
		0,
	);
