import type { types } from "@pulumi/kubernetes";
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Estate, Member } from "../../../topology/estate.ts";
import { type Flow, flowsOf } from "../../../topology/flows.ts";
import { namespaceOf } from "../../../topology/hosts.ts";
import { memberLabel } from "../../../topology/kubernetes-labels.ts";

type Ports = types.input.networking.v1.NetworkPolicyPort[];

/** Every namespace begins with this: nothing gets in, and nothing out but questions for names. */
export const DENY_ALL: types.input.networking.v1.NetworkPolicySpec = {
	podSelector: {},
	policyTypes: ["Ingress", "Egress"],
	egress: [
		{
			to: [
				{
					namespaceSelector: {
						matchLabels: { "kubernetes.io/metadata.name": "kube-system" },
					},
				},
			],
			ports: [
				{ protocol: "UDP", port: 53 },
				{ protocol: "TCP", port: 53 },
			],
		},
	],
};

/** What of the topology's flows concerns some members that share a pod. */
export function memberPolicy(
	estate: Estate,
	members: readonly Member[],
	listens: readonly number[],
): Omit<types.input.networking.v1.NetworkPolicySpec, "podSelector"> {
	const flows = flowsOf(estate);
	const isHere = (one: Flow["from"]) =>
		(members as readonly string[]).includes(one);
	const incoming = flows.filter(({ from, to }) => isHere(to) && !isHere(from));
	const outgoing = flows.filter(({ from, to }) => isHere(from) && !isHere(to));
	return {
		policyTypes: ["Ingress", "Egress"],
		ingress: incoming.flatMap(({ from, ports }) => {
			const open = ports.filter((port) => listens.includes(port));
			return open.length === 0
				? []
				: [
						{
							...(from !== "outside" && { from: [peer(from)] }),
							ports: tcp(open),
						},
					];
		}),
		egress: outgoing.map(({ to, ports }) => ({
			to: [to === "outside" ? ANYWHERE : peer(to)],
			ports: tcp(ports),
		})),
	};

	function peer(member: Member): types.input.networking.v1.NetworkPolicyPeer {
		return {
			namespaceSelector: {
				matchLabels: {
					"kubernetes.io/metadata.name": namespaceOf(estate, member),
				},
			},
			podSelector: { matchLabels: memberLabel(member) },
		};
	}
}

const ANYWHERE = { ipBlock: { cidr: "0.0.0.0/0" } };

const tcp = (ports: readonly number[]): Ports =>
	ports.map((port) => ({ protocol: "TCP", port }));

/** The policy of one workload: its flows and no others. */
export function networkPolicy(
	name: string,
	metadata: types.input.meta.v1.ObjectMeta,
	selector: Readonly<Record<string, string>>,
	policy: Omit<types.input.networking.v1.NetworkPolicySpec, "podSelector">,
	parent: pulumi.Resource,
): kubernetes.networking.v1.NetworkPolicy {
	return new kubernetes.networking.v1.NetworkPolicy(
		`${name}-flows`,
		{ metadata, spec: { podSelector: { matchLabels: selector }, ...policy } },
		{ parent },
	);
}
