import { PODS } from "../addresses.ts";
import type {
	LabelRequirement,
	LabelSelector,
	Labels,
	Namespace,
	NetworkPolicy,
	Pod,
	PolicyPeer,
	PolicyPort,
} from "./objects.ts";

/** What the rules are made of: the cluster as it is. */
export interface Surroundings {
	readonly namespaces: readonly Namespace[];
	readonly pods: readonly Pod[];
	readonly policies: readonly NetworkPolicy[];
}

const TABLE = "inet network_policies";

type Direction = "ingress" | "egress";

/**
 * The NetworkPolicies of a cluster as one nftables table, which replaces the one before in one step.
 *
 * A pod whose address is not known yet gets no connection through, so that none slips in before its
 * policies do. The node itself always reaches its pods, as kubelet must.
 */
export function renderPolicyRules(surroundings: Surroundings): string {
	const pods = newestByAddress(surroundings.pods.filter(hasOwnAddress));
	const known = { ...surroundings, pods };
	const chains = pods.flatMap((pod) => [
		...podChain("ingress", pod, known),
		...podChain("egress", pod, known),
	]);
	return `${[
		// A table that is not there cannot be deleted, so it is made first.
		`table ${TABLE}`,
		`delete table ${TABLE}`,
		`table ${TABLE} {`,
		...addressSet(pods),
		...chains.flatMap(({ lines }) => lines),
		...verdicts("ingress", chains),
		...verdicts("egress", chains),
		"\tchain forward {",
		"\t\ttype filter hook forward priority -5; policy accept;",
		"\t\tct state established,related accept",
		`\t\tip saddr ${PODS.range} ip saddr != @pods drop`,
		`\t\tip daddr ${PODS.range} ip daddr != @pods drop`,
		"\t\tip saddr vmap @egress",
		"\t\tip daddr vmap @ingress",
		"\t}",
		// To the node's own ports, the API server's among them.
		"\tchain input {",
		"\t\ttype filter hook input priority -5; policy accept;",
		"\t\tct state established,related accept",
		`\t\tiifname "lo" accept`,
		`\t\tip saddr ${PODS.range} ip saddr != @pods drop`,
		"\t\tip saddr vmap @egress",
		"\t}",
		"}",
	].join("\n")}\n`;
}

/** A chain that returns for what a pod's policies allow and drops the rest. */
interface PodChain {
	readonly direction: Direction;
	readonly address: string;
	readonly name: string;
	readonly lines: readonly string[];
}

function podChain(
	direction: Direction,
	pod: KnownPod,
	known: Known,
): readonly PodChain[] {
	const policies = known.policies.filter(
		(policy) =>
			policy.metadata.namespace === pod.metadata.namespace &&
			matches(policy.spec.podSelector ?? {}, pod.metadata.labels) &&
			judges(policy, direction),
	);
	// Only a pod that a policy selects is isolated.
	if (policies.length === 0) return [];
	const { uid, namespace, name: podName } = pod.metadata;
	const name = `${direction}_${uid.replaceAll("-", "_")}`;
	const allowed = policies.flatMap((policy) =>
		rulesOf(policy, direction).flatMap(({ peers, ports }) =>
			allow({ direction, peers, ports, pod, namespace, known }),
		),
	);
	return [
		{
			direction,
			address: pod.status.podIP,
			name,
			lines: [
				`\tchain ${name} {`,
				`\t\tcomment "${namespace}/${podName}"`,
				...new Set(allowed.map((match) => `\t\t${`${match} return`.trim()}`)),
				"\t\tdrop",
				"\t}",
			],
		},
	];
}

const judges = ({ spec }: NetworkPolicy, direction: Direction): boolean =>
	(
		spec.policyTypes ?? ["Ingress", ...(spec.egress ? ["Egress"] : [])]
	).includes(direction === "ingress" ? "Ingress" : "Egress");

function rulesOf({ spec }: NetworkPolicy, direction: Direction) {
	return direction === "ingress"
		? (spec.ingress ?? []).map(({ from, ports }) => ({ peers: from, ports }))
		: (spec.egress ?? []).map(({ to, ports }) => ({ peers: to, ports }));
}

interface Rule {
	readonly direction: Direction;
	readonly peers: readonly PolicyPeer[] | undefined;
	readonly ports: readonly PolicyPort[] | undefined;
	readonly pod: KnownPod;
	readonly namespace: string;
	readonly known: Known;
}

/** One match for each pair of peer and port. */
function allow(rule: Rule): readonly string[] {
	const peers = rule.peers?.length ? rule.peers : [undefined];
	return peers.flatMap((peer) => {
		const selected = selectedPods(rule, peer);
		// A selector that no pod meets allows nothing.
		if (peer && !peer.ipBlock && selected.length === 0) return [];
		const address = addressMatch(rule.direction, peer, selected);
		if (!rule.ports?.length) return [address];
		return rule.ports.flatMap((port) =>
			portMatches(rule, port, selected).map((match) =>
				`${address} ${match}`.trim(),
			),
		);
	});
}

/** Pods on the other side; all of them where a rule names no peer, none where it names addresses. */
function selectedPods(
	{ namespace, known }: Rule,
	peer: PolicyPeer | undefined,
): readonly KnownPod[] {
	if (!peer) return known.pods;
	if (peer.ipBlock) return [];
	const { podSelector = {}, namespaceSelector } = peer;
	return known.pods.filter(({ metadata }) => {
		const inNamespace = namespaceSelector
			? matches(namespaceSelector, labelsOf(metadata.namespace, known))
			: metadata.namespace === namespace;
		return inNamespace && matches(podSelector, metadata.labels);
	});
}

function addressMatch(
	direction: Direction,
	peer: PolicyPeer | undefined,
	selected: readonly KnownPod[],
): string {
	if (!peer) return "";
	const field = direction === "ingress" ? "ip saddr" : "ip daddr";
	if (!peer.ipBlock) {
		return `${field} ${set(selected.map(({ status }) => status.podIP))}`;
	}
	const { cidr, except = [] } = peer.ipBlock;
	const without = except.length > 0 ? ` ${field} != ${set(except)}` : "";
	return `${field} ${cidr}${without}`;
}

function portMatches(
	{ direction, pod }: Rule,
	{ protocol = "TCP", port, endPort }: PolicyPort,
	selected: readonly KnownPod[],
): readonly string[] {
	const kind = protocol.toLowerCase();
	if (port === undefined) return [`meta l4proto ${kind}`];
	if (typeof port === "number") {
		const range = endPort === undefined ? port : `${port}-${endPort}`;
		return [`${kind} dport ${range}`];
	}
	// A name stands for what each pod that is connected to calls so.
	const targets = direction === "ingress" ? [pod] : selected;
	return targets.flatMap((target) =>
		namedPorts(target, port, protocol).map((number) =>
			direction === "ingress"
				? `${kind} dport ${number}`
				: `ip daddr ${target.status.podIP} ${kind} dport ${number}`,
		),
	);
}

const namedPorts = ({ spec }: Pod, name: string, protocol: string) =>
	[...spec.containers, ...(spec.initContainers ?? [])]
		.flatMap(({ ports = [] }) => ports)
		.filter((port) => port.name === name)
		.filter((port) => (port.protocol ?? "TCP") === protocol)
		.map(({ containerPort }) => containerPort);

function matches(
	{ matchLabels = {}, matchExpressions = [] }: LabelSelector,
	labels: Labels = {},
): boolean {
	const equal = Object.entries(matchLabels).every(
		([key, value]) => labels[key] === value,
	);
	return equal && matchExpressions.every((wanted) => holds(wanted, labels));
}

/** @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#resources-that-support-set-based-requirements */
function holds(
	{ key, operator, values = [] }: LabelRequirement,
	labels: Labels,
): boolean {
	const value = labels[key];
	switch (operator) {
		case "In":
			return value !== undefined && values.includes(value);
		case "NotIn":
			return value === undefined || !values.includes(value);
		case "Exists":
			return value !== undefined;
		case "DoesNotExist":
			return value === undefined;
	}
}

const labelsOf = (name: string, { namespaces }: Known) =>
	namespaces.find(({ metadata }) => metadata.name === name)?.metadata.labels;

type KnownPod = Pod & { readonly status: { readonly podIP: string } };
type Known = Omit<Surroundings, "pods"> & {
	readonly pods: readonly KnownPod[];
};

// A pod that has ended no longer has its address, which the next one may get.
const hasOwnAddress = (pod: Pod): pod is KnownPod =>
	pod.status.podIP !== undefined &&
	!pod.spec.hostNetwork &&
	(pod.status.phase === "Pending" || pod.status.phase === "Running");

/** An address that a pod gives up while it ends may be another's already. */
function newestByAddress(pods: readonly KnownPod[]): readonly KnownPod[] {
	const byAge = pods.toSorted(({ metadata: a }, { metadata: b }) =>
		`${a.creationTimestamp}${a.uid}` < `${b.creationTimestamp}${b.uid}`
			? -1
			: 1,
	);
	return [...new Map(byAge.map((pod) => [pod.status.podIP, pod])).values()];
}

const set = (elements: readonly string[]) => `{ ${elements.join(", ")} }`;

function addressSet(pods: readonly KnownPod[]): readonly string[] {
	const elements = pods.map(({ status }) => status.podIP);
	return [
		"\tset pods {",
		"\t\ttype ipv4_addr",
		...(elements.length > 0 ? [`\t\telements = ${set(elements)}`] : []),
		"\t}",
	];
}

function verdicts(
	direction: Direction,
	chains: readonly PodChain[],
): readonly string[] {
	const elements = chains
		.filter((chain) => chain.direction === direction)
		.map(({ address, name }) => `${address} : jump ${name}`);
	return [
		`\tmap ${direction} {`,
		"\t\ttype ipv4_addr : verdict",
		...(elements.length > 0 ? [`\t\telements = ${set(elements)}`] : []),
		"\t}",
	];
}
