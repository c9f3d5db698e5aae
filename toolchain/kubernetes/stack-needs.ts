import type { Estate, Member } from "../../topology/estate.ts";
import { namespaceOf, namespacesOf } from "../../topology/hosts.ts";
import type { KubernetesSpec } from "../../topology/kubernetes-spec.ts";
import {
	SERVER_MEMORY,
	type ServerMemory,
} from "../../topology/server-memory.ts";
import { JOB_STORAGE } from "../../topology/storage-size.ts";
import type {
	ClusterNeeds,
	ContainerNeeds,
	PodNeeds,
} from "./cluster-needs.ts";

/** Two fronts, and one more while they are replaced. */
const FRONTS = 3;

/** What an estate asks of its cluster, as `components/platform/kubernetes` makes it. */
export function needsOf(estate: Estate, cluster: KubernetesSpec): ClusterNeeds {
	const { stack, registries, stores, gates } = estate;
	const pod = (
		member: Member,
		replicas: number,
		...containers: readonly ServerMemory[]
	): PodNeeds => ({
		namespace: namespaceOf(estate, member),
		what: member.replace(":", " "),
		replicas,
		containers: containers.map(containerNeeds),
	});
	const jobs = new Set(
		estate.segments
			.flatMap(({ members }) => members)
			.filter((member) => member.startsWith("job:")),
	);
	return {
		stack,
		cluster,
		namespaces: namespacesOf(estate),
		claims: [
			...stores.map(({ registry, size }) => ({
				namespace: namespaceOf(estate, `registry:${registry}`),
				size,
			})),
			// One for all jobs of a namespace.
			...[...new Set([...jobs].map((job) => namespaceOf(estate, job)))].map(
				(namespace) => ({ namespace, size: JOB_STORAGE }),
			),
		],
		pods: [
			...gates.flatMap(({ name }) => [
				pod(`front:${name}`, FRONTS, SERVER_MEMORY.front),
				pod(`gate:${name}`, 1, SERVER_MEMORY.gate),
			]),
			// Both halves of Prod are in one pod, which counts here with its public half.
			...stores.map(({ registry }) =>
				pod(
					`registry:${registry}`,
					1,
					...registries
						.filter(({ stores: used }) =>
							used.some((store) => ownStores(registry).includes(store)),
						)
						.map(() => SERVER_MEMORY.registry),
				),
			),
			...[...jobs].map((job) => pod(job, 1, SERVER_MEMORY.job)),
		],
	};

	function ownStores(registry: string): readonly string[] {
		return registries.find(({ name }) => name === registry)?.stores ?? [];
	}
}

const containerNeeds = ({
	memoryMiB,
	reservedMiB,
}: ServerMemory): ContainerNeeds => ({
	requests: { cpu: "20m", memory: `${reservedMiB}Mi` },
	limits: { memory: `${memoryMiB}Mi` },
});
