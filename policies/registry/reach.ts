import { mayConnect, networkOf } from "../kubernetes/network-policies.ts";
import type { Resource } from "../resource.ts";
import { type Server, serversOf } from "./servers.ts";

/**
 * The servers that the networks let connect to a server: on Docker those that share a network with it,
 * on Kubernetes those that the NetworkPolicies of both ends let through.
 *
 * @param ports ports it listens on
 */
export function callersOf(
	resources: readonly Resource[],
	target: Server,
	ports: readonly number[],
): readonly Server[] {
	const network = networkOf(resources);
	return serversOf(resources).filter((server) => {
		if (server.resource === target.resource) return false;
		const from = server.place?.pod;
		const to = target.place?.pod;
		if (from && to)
			return ports.some((port) => mayConnect(network, from, to, port));
		return server.networks.some((name) => target.networks.includes(name));
	});
}

/** Ports a container of a pod says it listens on. */
export function declaredPorts({ place }: Server): readonly number[] {
	return (place?.container.ports ?? []).flatMap(
		({ containerPort }) => containerPort ?? [],
	);
}

/** The port of a listen address such as `:5000`. */
export const portOf = (address = ""): number =>
	Number(address.slice(address.lastIndexOf(":") + 1));
