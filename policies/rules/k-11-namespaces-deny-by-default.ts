import {
	type NetworkPolicy,
	networkOf,
	type Port,
	rulesOf,
} from "../kubernetes/network-policies.ts";
import {
	kindOf,
	type LabelSelector,
	metadataOf,
	selects,
} from "../kubernetes/objects.ts";
import { frontsOf } from "../registry/jobs.ts";
import { serversOf } from "../registry/servers.ts";
import type { Resource } from "../resource.ts";
import type { StackRule } from "../rule.ts";

const DIRECTIONS = ["Ingress", "Egress"] as const;
const DNS = 53;

/** Pods that no policy selects accept everything: a forgotten label would open a tier. */
export const namespacesDenyByDefault: StackRule = {
	id: "K-11",
	sentence:
		"every namespace refuses all connections but questions for names and those that a NetworkPolicy names peers of",
	remedy:
		"add a NetworkPolicy with podSelector {} and policyTypes [Ingress, Egress], and name from and to in every rule of the others; fronts alone may be asked by everybody",
	severity: "high",
	link: "https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-policies",
	judgeStack(resources, report) {
		const { policies } = networkOf(resources);
		for (const resource of resources) {
			if (kindOf(resource) !== "Namespace") continue;
			const { name } = metadataOf(resource);
			const denied = policies
				.filter(
					({ namespace, spec }) =>
						namespace === name && isForAll(spec.podSelector),
				)
				.flatMap(({ spec }) => spec.policyTypes ?? []);
			for (const direction of DIRECTIONS) {
				if (!denied.includes(direction))
					report(resource, `nothing refuses ${direction} by default`);
			}
		}
		for (const policy of policies) {
			const { resource, spec } = policy;
			for (const direction of DIRECTIONS) {
				for (const { peers, ports } of rulesOf(spec, direction)) {
					if (isForAll(spec.podSelector) && !isForNames(direction, ports))
						report(resource, `a rule for ${direction} is about every pod`);
					if (
						!peers &&
						!(direction === "Ingress" && isOfFronts(resources, policy))
					)
						report(resource, `a rule for ${direction} names no peers`);
				}
			}
		}
	},
};

const isForAll = ({
	matchLabels = {},
	matchExpressions = [],
}: LabelSelector = {}) =>
	Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;

const isForNames = (direction: string, ports: readonly Port[] | undefined) =>
	direction === "Egress" &&
	ports?.every(({ port, endPort }) => port === DNS && endPort === undefined);

/** Whether all pods that a policy selects are fronts. */
function isOfFronts(
	resources: readonly Resource[],
	{ namespace, spec }: NetworkPolicy,
): boolean {
	const selected = serversOf(resources).filter(
		({ place }) =>
			place?.pod.namespace === namespace &&
			selects(spec.podSelector ?? {}, place.pod.labels),
	);
	const fronts = frontsOf(resources);
	return (
		selected.length > 0 && selected.every((server) => fronts.includes(server))
	);
}
