import type {
	V1Deployment,
	V1NetworkPolicy,
	V1PodDisruptionBudget,
	V1Service,
} from "@kubernetes/client-node";
import { type Selector, selects } from "../kubernetes/reach/reach.ts";
import { type KubernetesObject, named } from "./object.ts";
import { portProblems } from "./pod-problems.ts";
import { type Workload, workloadsOf } from "./workload.ts";

/** Selectors that find no pod, or pods that are not theirs; and Services whose port nobody listens on. */
export function selectorProblems(
	objects: readonly KubernetesObject[],
): readonly string[] {
	const workloads = workloadsOf(objects);
	return objects.flatMap((object) =>
		problems(object, workloads).map(
			(problem) => `${named(object)}: ${problem}`,
		),
	);
}

function problems(
	object: KubernetesObject,
	workloads: readonly Workload[],
): readonly string[] {
	switch (object.kind) {
		case "Deployment":
		case "StatefulSet":
			return ownerProblems(object, workloads);
		case "Service":
			return serviceProblems(object, workloads);
		case "PodDisruptionBudget": {
			const { selector } = (object as V1PodDisruptionBudget).spec ?? {};
			return nobody(object, "spec.selector", selector as Selector, workloads);
		}
		case "NetworkPolicy": {
			const { podSelector } = (object as V1NetworkPolicy).spec ?? {};
			const selector = podSelector as Selector | undefined;
			// Without labels it means every pod, also those to come.
			if (Object.keys(selector ?? {}).length === 0) return [];
			return nobody(object, "spec.podSelector", selector, workloads);
		}
		default:
			return [];
	}
}

function ownerProblems(
	object: KubernetesObject,
	workloads: readonly Workload[],
): readonly string[] {
	const { selector } = (object as V1Deployment).spec as { selector: Selector };
	const found = podsOf(object, selector, workloads);
	const own = found.some((workload) => workload.object === object);
	return [
		...(own
			? []
			: [`spec.selector does not select the labels of its own template`]),
		...found
			.filter((workload) => workload.object !== object)
			.map((other) => `spec.selector selects pods of ${named(other.object)}`),
	];
}

function serviceProblems(
	object: KubernetesObject,
	workloads: readonly Workload[],
): readonly string[] {
	const { selector, ports = [] } = (object as V1Service).spec ?? {};
	const numbers = ports.flatMap(({ port }, place) =>
		portProblems(`spec.ports[${place}].port`, port),
	);
	if (!selector) return numbers;
	const pods = podsOf(object, { matchLabels: selector }, workloads);
	if (pods.length === 0)
		return [...numbers, "spec.selector selects no pod of the namespace"];
	return [
		...numbers,
		...pods.flatMap((workload) =>
			ports.flatMap(({ port, targetPort = port }, place) =>
				listens(workload, targetPort)
					? []
					: [
							`spec.ports[${place}].targetPort ${targetPort} is no port of ${named(workload.object)}`,
						],
			),
		),
	];
}

const listens = ({ pod }: Workload, port: string | number) =>
	pod.containers
		.flatMap(({ ports = [] }) => ports)
		.some((own) => own.containerPort === port || own.name === port);

const nobody = (
	object: KubernetesObject,
	path: string,
	selector: Selector | undefined,
	workloads: readonly Workload[],
) =>
	podsOf(object, selector ?? {}, workloads).length > 0
		? []
		: [`${path} selects no pod of the namespace`];

const podsOf = (
	object: KubernetesObject,
	selector: Selector,
	workloads: readonly Workload[],
) =>
	workloads.filter(
		({ namespace, labels }) =>
			namespace === object.metadata.namespace && selects(selector, labels),
	);
