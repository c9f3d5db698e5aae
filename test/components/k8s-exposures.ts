import type { Locations } from "../../stacks/locations.ts";
import { k8sEstate } from "../topology/k8s-estate.ts";
import { estateOnKubernetes } from "./k8s-estate.ts";

/** A way of the k8s stack's clients to its fronts, other than its own. */
export interface ExposureCase {
	/** Names the file with its manifests. */
	readonly file: string;
	/** As in a stack file. */
	readonly exposure: object;
	/** Name of the Secret that each namespace with a public front is given. */
	readonly given?: string;
}

export const EXPOSURES: readonly ExposureCase[] = [
	{
		file: "ingress",
		exposure: {
			kind: "ingress",
			ingressClass: "nginx",
			annotations: { "example.com/zone": "inside" },
			tls: { issuer: "acme" },
		},
	},
	{
		file: "load-balancer",
		exposure: {
			kind: "load-balancer",
			annotations: { "example.com/scheme": "internal" },
			tls: { issuer: "acme", issuerKind: "Issuer" },
		},
	},
	{
		file: "load-balancer-tls",
		exposure: { kind: "load-balancer", tls: { at: "load-balancer" } },
	},
	{
		file: "given-tls",
		exposure: { kind: "none", tls: { secret: "wildcard" } },
		given: "wildcard",
	},
];

/** The estate of the k8s stack with its fronts exposed in another way. */
export const estateExposed = ({ exposure }: ExposureCase): Locations =>
	estateOnKubernetes(
		k8sEstate({
			kubernetes: { kubeconfig: "/kubeconfig", context: "any", exposure },
		}),
	);
