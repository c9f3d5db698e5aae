import { isIP } from "node:net";
import type { Policy } from "../kubernetes/reach/reach.ts";
import { type KubernetesObject, named } from "./object.ts";
import { portProblems } from "./pod-problems.ts";

type Ingress = NonNullable<Policy["spec"]["ingress"]>[number];
type Peer = NonNullable<Ingress["from"]>[number];
type Port = NonNullable<Ingress["ports"]>[number];

/** Ports and ranges of NetworkPolicies that the API server refuses. */
export function networkPolicyProblems(
	object: KubernetesObject,
): readonly string[] {
	if (object.kind !== "NetworkPolicy") return [];
	const { ingress = [], egress = [] } = object.spec as Policy["spec"];
	return [
		...ingress.flatMap((rule, place) =>
			ruleProblems(`spec.ingress[${place}]`, rule.ports, rule.from),
		),
		...egress.flatMap((rule, place) =>
			ruleProblems(`spec.egress[${place}]`, rule.ports, rule.to),
		),
	].map((problem) => `${named(object)}: ${problem}`);
}

function ruleProblems(
	path: string,
	ports: readonly Port[] = [],
	peers: readonly Peer[] = [],
): readonly string[] {
	return [
		...ports.flatMap(({ port, endPort }) => [
			...(typeof port === "number" ? portProblems(`${path}.ports`, port) : []),
			...(endPort === undefined || endPort >= Number(port)
				? []
				: [`${path}.ports goes from ${port} to ${endPort}`]),
		]),
		...peers.flatMap((peer) => {
			if (Object.keys(peer).length === 0)
				return [`${path} has a peer that says nothing`];
			const { cidr, except = [] } = peer.ipBlock ?? {};
			return [...(cidr === undefined ? [] : [cidr]), ...except]
				.filter((range) => !isRange(range))
				.map((range) => `${path} has the range '${range}', expected a CIDR`);
		}),
	];
}

function isRange(range: string): boolean {
	const [address = "", bits = "", more] = range.split("/");
	const most = isIP(address) === 6 ? 128 : 32;
	return (
		isIP(address) !== 0 &&
		more === undefined &&
		/^\d+$/.test(bits) &&
		Number(bits) <= most
	);
}
