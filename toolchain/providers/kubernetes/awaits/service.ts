import type { PropertyMap } from "../../values.ts";
import { at, listAt, textAt } from "../objects.ts";
import { READY, type Verdict, waiting } from "./verdict.ts";

/** Whether a Service leads to pods that can be waited for: one that is only a name in DNS does not. */
export function hasEndpoints(service: PropertyMap): boolean {
	return (
		textAt(service, "spec", "type") !== "ExternalName" &&
		textAt(service, "spec", "clusterIP") !== "None"
	);
}

/** A Service is ready when one of its endpoints is, and its load balancer, if it is to have one, has an address. */
export function judgeService(
	service: PropertyMap,
	slices: readonly PropertyMap[],
): Verdict {
	if (
		hasEndpoints(service) &&
		!slices.some((slice) => listAt(slice, "endpoints").some(isReady))
	)
		return waiting(
			"no pod that is ready matches its selector; where none is to, annotate it with pulumi.com/skipAwait",
		);
	return textAt(service, "spec", "type") === "LoadBalancer" &&
		!hasAddress(service)
		? waiting(
				"its load balancer has no address; the cluster may have nothing that provides them",
			)
		: READY;
}

/** An Ingress is ready when its controller has given it an address. */
export function judgeIngress(ingress: PropertyMap): Verdict {
	return hasAddress(ingress)
		? READY
		: waiting(
				"it has no address; the cluster may have no controller of its class",
			);
}

const hasAddress = (object: PropertyMap) =>
	listAt(object, "status", "loadBalancer", "ingress").length > 0;

// Unknown counts as ready:
// https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#conditions
const isReady = (endpoint: PropertyMap) =>
	at(endpoint, "conditions", "ready") !== false;
