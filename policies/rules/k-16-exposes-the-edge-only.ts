import { kindOf, metadataOf } from "../kubernetes/objects.ts";
import type { ResourceRule } from "../rule.ts";

/** Annotation of a Service that is meant to be reached from outside the cluster. */
const EDGE = "registry-tiers/edge";

/** A Service with an address of its own is the Internet's way around the front. */
export const exposesTheEdgeOnly: ResourceRule = {
	id: "K-16",
	sentence:
		"a Service is reached inside the cluster alone unless it is said to be an edge, and an Ingress has TLS",
	remedy: `use type ClusterIP, or annotate the front's Service ${EDGE}: "true"; give the Ingress tls with every host`,
	severity: "high",
	link: "https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types",
	judge(resource, report) {
		const spec = (resource.props.spec ?? {}) as {
			readonly type?: string;
			readonly externalIPs?: readonly string[];
			readonly rules?: readonly { readonly host?: string }[];
			readonly tls?: readonly { readonly hosts?: readonly string[] }[];
		};
		if (kindOf(resource) === "Service") {
			const isEdge = metadataOf(resource).annotations?.[EDGE] === "true";
			const { type = "ClusterIP", externalIPs = [] } = spec;
			if (type !== "ClusterIP" && !isEdge)
				report(`the Service has the type ${type}`);
			for (const address of externalIPs)
				report(`the Service takes the address ${address}`);
		}
		if (kindOf(resource) === "Ingress") {
			const covered = new Set(spec.tls?.flatMap(({ hosts = [] }) => hosts));
			for (const { host = "*" } of spec.rules ?? []) {
				if (!covered.has(host))
					report(`the Ingress serves ${host} without TLS`);
			}
		}
	},
};
