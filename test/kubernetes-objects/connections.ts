import { type Party, type Policy, reaches } from "../kubernetes/reach/reach.ts";
import type { KubernetesObject } from "./object.ts";
import { type Workload, workloadsOf } from "./workload.ts";

/** Whoever may be at an end of a connection. */
export interface Peer {
	/** `k8s-prod/prod-front-server`, as a table of flows names it. */
	readonly name: string;
	readonly party: Party;
}

/** The pods of each workload, all equal. */
export function podsOf(objects: readonly KubernetesObject[]): readonly Peer[] {
	return workloadsOf(objects).map(({ object, namespace, labels }, place) => ({
		name: `${namespace}/${object.metadata.name}`,
		party: {
			kind: "pod",
			namespace,
			labels,
			// Networks differ in whether ranges mean pods; the wider reading finds more.
			address: `10.1.0.${place + 1}`,
		},
	}));
}

/** Every port that a container of the workloads says it listens on. */
export function portsOf(
	objects: readonly KubernetesObject[],
): readonly number[] {
	const ports = workloadsOf(objects).flatMap(listensOn);
	return [...new Set(ports)].sort((a, b) => a - b);
}

const listensOn = ({ pod }: Workload) =>
	pod.containers.flatMap(({ ports = [] }) =>
		ports.map(({ containerPort }) => containerPort),
	);

/**
 * Which of the connections the NetworkPolicies among the objects let through: `<from> → <to>:<port>`, sorted. A port
 * need not be one that the receiver listens on.
 */
export function connectionsOf(
	objects: readonly KubernetesObject[],
	{
		from,
		to,
		ports,
		protocol = "TCP",
	}: {
		readonly from: readonly Peer[];
		readonly to: readonly Peer[];
		readonly ports: readonly number[];
		readonly protocol?: "TCP" | "UDP";
	},
): readonly string[] {
	const judged = {
		policies: objects.filter(
			({ kind }) => kind === "NetworkPolicy",
		) as unknown as readonly Policy[],
		namespaces: Object.fromEntries(
			objects
				.filter(({ kind }) => kind === "Namespace")
				.map(({ metadata: { name, labels = {} } }) => [name, labels]),
		),
	};
	return from
		.flatMap((sender) =>
			to.flatMap((receiver) =>
				ports
					.filter(
						(port) =>
							sender !== receiver &&
							reaches(
								{ from: sender.party, to: receiver.party, port, protocol },
								judged,
							),
					)
					.map((port) => `${sender.name} → ${receiver.name}:${port}`),
			),
		)
		.sort();
}
