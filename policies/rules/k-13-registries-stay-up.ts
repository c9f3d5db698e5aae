import {
	kindOf,
	type LabelSelector,
	namespaceOf,
	selects,
} from "../kubernetes/objects.ts";
import type { Pod } from "../kubernetes/pods.ts";
import { isOrigin, registriesOf } from "../registry/registries.ts";
import type { Resource } from "../resource.ts";
import type { StackRule } from "../rule.ts";

/** The drain of a node must not take a region's only cache, and two writers ruin a store. */
export const registriesStayUp: StackRule = {
	id: "K-13",
	sentence:
		"registries are probed; a cache has two replicas, spread and with a disruption budget; a store has one",
	remedy:
		"set readiness and liveness probes; give a cache two replicas, topologySpreadConstraints and a PodDisruptionBudget; keep replicas: 1 over a claim",
	severity: "medium",
	link: "https://kubernetes.io/docs/concepts/workloads/pods/disruptions/",
	judgeStack(resources, report) {
		const registries = registriesOf(resources);
		for (const registry of registries) {
			const { server, tier } = registry;
			const { place, resource, name } = server;
			if (!place) continue;
			const { pod, container } = place;
			for (const probe of ["readinessProbe", "livenessProbe"] as const) {
				if (!container[probe]) report(resource, `'${name}' has no ${probe}`);
			}
			const ownClaims = pod.claimTemplates.length > 0;
			if (!ownClaims && (pod.replicas ?? 0) !== 1)
				report(
					resource,
					`'${name}' has ${pod.replicas ?? "any number of"} replicas over one claim`,
				);
			if (isOrigin(registry)) continue;
			const replicas = registries
				.filter((other) => other.tier === tier)
				.reduce(
					(sum, other) => sum + (other.server.place?.pod.replicas ?? 0),
					0,
				);
			if (replicas < 2)
				report(resource, `'${name}' is the only replica of '${tier}'`);
			if (!pod.spec.topologySpreadConstraints?.length)
				report(
					resource,
					`'${name}' may share a node with the other replica of '${tier}'`,
				);
			if (!hasBudget(resources, pod))
				report(resource, `'${name}' has no disruption budget`);
		}
	},
};

function hasBudget(resources: readonly Resource[], pod: Pod): boolean {
	return resources.some((resource) => {
		const { selector } = (resource.props.spec ?? {}) as {
			readonly selector?: LabelSelector;
		};
		return (
			kindOf(resource) === "PodDisruptionBudget" &&
			namespaceOf(resource) === pod.namespace &&
			selects(selector ?? {}, pod.labels)
		);
	});
}
