import { BlockList, isIPv4 } from "node:net";

/** What of rendered NetworkPolicies says who reaches whom, as it stands in a manifest. */
export interface Policy {
	readonly metadata: { readonly name: string; readonly namespace: string };
	readonly spec: {
		readonly podSelector?: Selector;
		readonly policyTypes?: readonly string[];
		readonly ingress?: readonly Rule<"from">[];
		readonly egress?: readonly Rule<"to">[];
	};
}

type Rule<Side extends "from" | "to"> = {
	readonly [side in Side]?: readonly Peer[];
} & { readonly ports?: readonly Port[] };

interface Peer {
	readonly podSelector?: Selector;
	readonly namespaceSelector?: Selector;
	readonly ipBlock?: {
		readonly cidr: string;
		readonly except?: readonly string[];
	};
}

interface Port {
	readonly protocol?: string;
	readonly port?: number | string;
	readonly endPort?: number;
}

export interface Selector {
	readonly matchLabels?: Labels;
	readonly matchExpressions?: readonly {
		readonly key: string;
		readonly operator: string;
		readonly values?: readonly string[];
	}[];
}

type Labels = Readonly<Record<string, string>>;

/** One end of a connection: a pod of the cluster, or an address outside. */
export type Party =
	| {
			readonly kind: "pod";
			readonly namespace: string;
			readonly labels: Labels;
			/** Number by name of its containers' ports. @default - none has a name */
			readonly ports?: Readonly<Record<string, number>>;
			/**
			 * Lets ranges mean the pod too, as most networks read them; others mean what lies outside.
			 * @default - no range means it
			 */
			readonly address?: string;
	  }
	| { readonly kind: "address"; readonly address: string };

/** A try to connect, to the port the pod itself listens on: a Service's port is no part of it. */
export interface Connection {
	readonly from: Party;
	readonly to: Party;
	readonly port: number;
	/** @default - TCP */
	readonly protocol?: "TCP" | "UDP" | "SCTP";
}

/** The objects under judgement, and the labels of their namespaces. */
export interface Policies {
	readonly policies: readonly Policy[];
	/** Labels by namespace; `kubernetes.io/metadata.name` is there without being named. */
	readonly namespaces: Readonly<Record<string, Labels>>;
}

/**
 * Whether the policies let a connection through: the sender's for egress and the receiver's for ingress.
 * A second reading of the specification, which shares nothing with the cluster's own enforcer.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export function reaches(
	connection: Connection,
	{ policies, namespaces }: Policies,
): boolean {
	const { from, to } = connection;
	return passes("Egress", from, to) && passes("Ingress", to, from);

	/** Whether the policies of one end let the other through; an end without policies is open. */
	function passes(direction: "Egress" | "Ingress", own: Party, other: Party) {
		if (own.kind === "address") return true;
		const isolating = policies.filter(
			({ metadata, spec }) =>
				metadata.namespace === own.namespace &&
				selects(spec.podSelector ?? {}, own.labels) &&
				directions(spec).includes(direction),
		);
		if (isolating.length === 0) return true;
		return isolating.some(({ spec, metadata: { namespace } }) => {
			const rules =
				direction === "Egress"
					? (spec.egress ?? []).map(({ to: peers, ports }) => ({
							peers,
							ports,
						}))
					: (spec.ingress ?? []).map((rule) => ({
							peers: rule.from,
							ports: rule.ports,
						}));
			return rules.some(
				({ peers = [], ports = [] }) =>
					(peers.length === 0 ||
						peers.some((peer) => isPeer(peer, namespace, other))) &&
					(ports.length === 0 || ports.some((port) => isPort(port))),
			);
		});
	}

	function isPeer(peer: Peer, policyNamespace: string, other: Party): boolean {
		if (peer.ipBlock) {
			return (
				other.address !== undefined && isWithin(peer.ipBlock, other.address)
			);
		}
		if (other.kind === "address") return false;
		const inNamespace = peer.namespaceSelector
			? selects(peer.namespaceSelector, {
					"kubernetes.io/metadata.name": other.namespace,
					...namespaces[other.namespace],
				})
			: other.namespace === policyNamespace;
		return inNamespace && selects(peer.podSelector ?? {}, other.labels);
	}

	function isPort({ protocol = "TCP", port, endPort }: Port): boolean {
		if (protocol !== (connection.protocol ?? "TCP")) return false;
		if (port === undefined) return true;
		// A name is one of the receiver's ports, whichever direction the policy is for.
		const first =
			typeof port === "number"
				? port
				: to.kind === "pod"
					? to.ports?.[port]
					: undefined;
		if (first === undefined) return false;
		return connection.port >= first && connection.port <= (endPort ?? first);
	}
}

function directions(spec: Policy["spec"]): readonly string[] {
	if (spec.policyTypes && spec.policyTypes.length > 0) return spec.policyTypes;
	return spec.egress && spec.egress.length > 0
		? ["Ingress", "Egress"]
		: ["Ingress"];
}

/** Whether a selector means the pods with these labels. */
export function selects(selector: Selector, labels: Labels): boolean {
	for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
		if (labels[key] !== value) return false;
	}
	for (const { key, operator, values } of selector.matchExpressions ?? []) {
		const listed = (values ?? []).some((value) => value === labels[key]);
		const holds = {
			In: listed,
			NotIn: !listed,
			Exists: key in labels,
			DoesNotExist: !(key in labels),
		}[operator];
		if (holds === undefined) throw new Error(`no operator '${operator}'`);
		if (!holds) return false;
	}
	return true;
}

function isWithin(
	{ cidr, except = [] }: NonNullable<Peer["ipBlock"]>,
	address: string,
): boolean {
	const family = isIPv4(address) ? "ipv4" : "ipv6";
	const covers = (range: string) => {
		const [network = "", bits] = range.split("/");
		const list = new BlockList();
		list.addSubnet(network, Number(bits), isIPv4(network) ? "ipv4" : "ipv6");
		return list.check(address, family);
	};
	return covers(cidr) && !except.some(covers);
}
