import type { Problem } from "../../stacks/config/problem.ts";
import type { ClusterFacts } from "./cluster-facts.ts";
import type { ClusterNeeds, PodNeeds } from "./cluster-needs.ts";
import type { Container, Node, Pod } from "./cluster-objects.ts";
import { clusterProblem } from "./cluster-problem.ts";
import { demandOf } from "./demand.ts";
import { cores, exceeds, mebibytes, parseQuantity } from "./quantity.ts";

/** Room for pods: cores, bytes and how many. */
interface Room {
	readonly cpu: number;
	readonly memory: number;
	readonly pods: number;
}

const RESOURCES = ["cpu", "memory", "pods"] as const;
const WRITTEN = { cpu: cores, memory: mebibytes, pods: String } as const;

/**
 * A cluster whose nodes cannot hold the stack beside what runs. Only what is certain is said: that all nodes
 * together have too little, or none has enough for one pod. Nodes that are added when they are needed are not
 * counted on, nor is anything said where they may be.
 */
export function capacityProblems(
	needs: ClusterNeeds,
	{ nodes, pods, growing }: ClusterFacts,
): readonly Problem[] {
	if (nodes === undefined || pods === undefined || growing) return [];
	const others = pods.filter(
		({ metadata }) => !needs.namespaces.includes(metadata.namespace ?? ""),
	);
	const rooms = nodes.filter(isOpen).map((node) => freeOn(node, others));
	const whole = addUp(rooms);
	const wanted = roomFor(needs.pods);
	return RESOURCES.flatMap((resource) => {
		const written = WRITTEN[resource];
		if (exceeds(wanted[resource], whole[resource]))
			return clusterProblem("context", {
				wrong: `the cluster has too little room (${resource})`,
				got: `${written(whole[resource])} free on ${rooms.length} nodes`,
				expected: `${written(wanted[resource])}`,
				fix: "add nodes, or remove what else runs there",
			});
		const largest = Math.max(...rooms.map((room) => room[resource]));
		return needs.pods.flatMap(({ what, ...pod }) => {
			const single = roomFor([{ ...pod, what, replicas: 1 }])[resource];
			if (pod.replicas === 0 || !exceeds(single, largest)) return [];
			return clusterProblem("context", {
				wrong: `no node has room for the ${what} (${resource})`,
				got: `${written(largest)} free on the emptiest`,
				expected: written(single),
				fix: "add a larger node, or remove what else runs there",
			});
		});
	});
}

function roomFor(pods: readonly PodNeeds[]): Room {
	const { requests, pods: count } = demandOf(pods, []);
	return { ...requests, pods: count };
}

// The stack's pods tolerate nothing.
const isOpen = ({ spec: { unschedulable, taints = [] } }: Node) =>
	!unschedulable && taints.every(({ effect }) => effect === "PreferNoSchedule");

function freeOn({ metadata, status }: Node, pods: readonly Pod[]): Room {
	const here = pods.filter(
		({ spec, status }) =>
			spec.nodeName === metadata.name &&
			status?.phase !== "Succeeded" &&
			status?.phase !== "Failed",
	);
	const free = (resource: "cpu" | "memory") =>
		amount(status.allocatable, resource) -
		sum(here.map((pod) => podRequest(pod, resource)));
	return {
		cpu: free("cpu"),
		memory: free("memory"),
		pods: amount(status.allocatable, "pods") - here.length,
	};
}

/**
 * What the scheduler holds for a pod: its containers and sidecars together, or the most that one container
 * before them takes, if that is more.
 */
export function podRequest({ spec }: Pod, resource: "cpu" | "memory"): number {
	const of = ({ resources }: Container) =>
		amount(resources?.requests, resource);
	const before = spec.initContainers ?? [];
	const sidecars = before.filter(
		({ restartPolicy }) => restartPolicy === "Always",
	);
	const together = sum([...spec.containers, ...sidecars].map(of));
	return (
		Math.max(together, ...before.map(of)) + amount(spec.overhead, resource)
	);
}

const amount = (
	quantities: Readonly<Record<string, string>> | undefined,
	resource: string,
) => parseQuantity(quantities?.[resource] ?? "0");

const sum = (amounts: readonly number[]) =>
	amounts.reduce((total, each) => total + each, 0);

const addUp = (rooms: readonly Room[]): Room => ({
	cpu: sum(rooms.map(({ cpu }) => Math.max(cpu, 0))),
	memory: sum(rooms.map(({ memory }) => Math.max(memory, 0))),
	pods: sum(rooms.map(({ pods }) => Math.max(pods, 0))),
});
