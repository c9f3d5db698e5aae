import type { Resource } from "../resource.ts";
import {
	kindOf,
	type LabelSelector,
	metadataOf,
	namespaceOf,
	selects,
} from "./objects.ts";
import type { Pod } from "./pods.ts";

export interface NetworkPolicy {
	readonly resource: Resource;
	readonly namespace: string;
	readonly spec: {
		readonly podSelector?: LabelSelector;
		readonly policyTypes?: readonly string[];
		readonly ingress?: readonly IngressRule[];
		readonly egress?: readonly EgressRule[];
	};
}

export interface IngressRule {
	readonly from?: readonly Peer[];
	readonly ports?: readonly Port[];
}

export interface EgressRule {
	readonly to?: readonly Peer[];
	readonly ports?: readonly Port[];
}

export interface Peer {
	readonly podSelector?: LabelSelector;
	readonly namespaceSelector?: LabelSelector;
	readonly ipBlock?: { readonly cidr?: string };
}

export interface Port {
	readonly port?: number | string;
	readonly endPort?: number;
	readonly protocol?: string;
}

/** The NetworkPolicies of a stack and the labels of its namespaces. */
export interface Network {
	readonly policies: readonly NetworkPolicy[];
	readonly namespaces: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

export function networkOf(resources: readonly Resource[]): Network {
	return {
		policies: resources
			.filter((resource) => kindOf(resource) === "NetworkPolicy")
			.map((resource) => ({
				resource,
				namespace: namespaceOf(resource),
				spec: (resource.props.spec ?? {}) as NetworkPolicy["spec"],
			})),
		namespaces: new Map(
			resources
				.filter((resource) => kindOf(resource) === "Namespace")
				.map((resource) => {
					const { name = "", labels = {} } = metadataOf(resource);
					return [name, { ...labels, "kubernetes.io/metadata.name": name }];
				}),
		),
	};
}

/** Whether the policies of both ends let a pod connect to another one's TCP port. */
export function mayConnect(
	network: Network,
	from: Pod,
	to: Pod,
	port: number,
): boolean {
	return (
		allows(network, to, "Ingress", from, to, port) &&
		allows(network, from, "Egress", to, to, port)
	);
}

/**
 * A direction that no policy of the pod is about is open; otherwise one rule must let it pass. A block
 * of addresses is taken to hold every pod: which addresses pods have, a stack does not say.
 */
function allows(
	{ policies, namespaces }: Network,
	pod: Pod,
	direction: "Ingress" | "Egress",
	peer: Pod,
	listener: Pod,
	port: number,
): boolean {
	const about = policies.filter(
		({ namespace, spec }) =>
			namespace === pod.namespace &&
			selects(spec.podSelector ?? {}, pod.labels) &&
			directionsOf(spec).includes(direction),
	);
	if (about.length === 0) return true;
	return about.some(({ namespace, spec }) =>
		rulesOf(spec, direction).some(
			({ peers, ports }) =>
				(peers === undefined ||
					peers.some((one) => matches(one, namespace, peer, namespaces))) &&
				(ports === undefined ||
					ports.some((one) => covers(one, port, listener))),
		),
	);
}

/** As Kubernetes has it where policyTypes is unset. */
function directionsOf({ policyTypes, egress }: NetworkPolicy["spec"]) {
	return policyTypes ?? (egress ? ["Ingress", "Egress"] : ["Ingress"]);
}

/** Peers and ports of each rule; undefined where it is about all of them. */
export function rulesOf(
	{ ingress = [], egress = [] }: NetworkPolicy["spec"],
	direction: "Ingress" | "Egress",
) {
	const given = <T>(list: readonly T[] | undefined) =>
		list?.length ? list : undefined;
	return direction === "Ingress"
		? ingress.map(({ from, ports }) => ({
				peers: given(from),
				ports: given(ports),
			}))
		: egress.map(({ to, ports }) => ({
				peers: given(to),
				ports: given(ports),
			}));
}

function matches(
	{ ipBlock, podSelector, namespaceSelector }: Peer,
	namespace: string,
	pod: Pod,
	namespaces: Network["namespaces"],
): boolean {
	if (ipBlock) return true;
	const inNamespace = namespaceSelector
		? selects(namespaceSelector, namespaces.get(pod.namespace) ?? {})
		: pod.namespace === namespace;
	return inNamespace && selects(podSelector ?? {}, pod.labels);
}

function covers(
	{ port, endPort, protocol = "TCP" }: Port,
	wanted: number,
	listener: Pod,
): boolean {
	if (protocol !== "TCP") return false;
	if (port === undefined) return true;
	if (typeof port === "number")
		return wanted >= port && wanted <= (endPort ?? port);
	return listener.containers.some(({ ports = [] }) =>
		ports.some(
			({ name, containerPort }) => name === port && containerPort === wanted,
		),
	);
}
