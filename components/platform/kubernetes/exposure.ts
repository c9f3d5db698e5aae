import type { types } from "@pulumi/kubernetes";
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Exposure } from "../../../topology/kubernetes-spec.ts";
import { SERVICE_PORT, TLS_PORT } from "../../../topology/names.ts";
import type { ServerArgs } from "../platform.ts";
import type { ServicePlacement } from "./services.ts";

/** Name of the Service that clients outside a namespace use, and of what leads to it. */
export const PUBLIC_SERVICE = "public";

/** Opens a front to clients outside the cluster, in the way the configuration says. */
export function expose(
	name: string,
	{ publicHosts = [], certificate }: ServerArgs,
	exposure: Exposure,
	metadata: types.input.meta.v1.ObjectMeta,
	selector: Readonly<Record<string, string>>,
	{ parent, pods }: ServicePlacement,
): void {
	if (publicHosts.length === 0) return;
	const { kind, annotations = {} } = exposure;
	const isBalanced = kind === "load-balancer";
	const port = certificate
		? { name: "https", port: 443, targetPort: TLS_PORT }
		: exposure.tls?.kind === "load-balancer" && isBalanced
			? { name: "https", port: 443, targetPort: SERVICE_PORT }
			: { name: "http", port: 80, targetPort: SERVICE_PORT };
	const service = new kubernetes.core.v1.Service(
		`${name}-public`,
		{
			metadata: {
				...metadata,
				name: PUBLIC_SERVICE,
				...(isBalanced && { annotations: { ...annotations, ...EDGE } }),
			},
			spec: {
				type: isBalanced ? "LoadBalancer" : "ClusterIP",
				selector: { ...selector },
				ports: [port],
			},
		},
		{ parent, dependsOn: [pods] },
	);
	if (kind === "ingress") {
		ingress(name, publicHosts, service, exposure, metadata, parent);
	}
}

/** Says that a Service is meant to be reached from outside; of others the policies refuse it. */
const EDGE = { "registry-tiers/edge": "true" };

function ingress(
	name: string,
	hosts: readonly string[],
	service: kubernetes.core.v1.Service,
	{ ingressClass, annotations = {}, tls }: Exposure,
	metadata: types.input.meta.v1.ObjectMeta,
	parent: pulumi.Resource,
): void {
	new kubernetes.networking.v1.Ingress(
		`${name}-ingress`,
		{
			metadata: {
				...metadata,
				name: PUBLIC_SERVICE,
				annotations: {
					// What is not told the size of layers refuses most of them; other controllers do not look.
					"nginx.ingress.kubernetes.io/proxy-body-size": "0",
					"nginx.ingress.kubernetes.io/proxy-request-buffering": "off",
					"nginx.ingress.kubernetes.io/proxy-read-timeout": "900",
					...(tls?.kind === "issuer" && {
						[ISSUER_ANNOTATIONS[tls.issuerKind]]: tls.issuer,
					}),
					...annotations,
				},
			},
			spec: {
				...(ingressClass && { ingressClassName: ingressClass }),
				...(tls &&
					tls.kind !== "load-balancer" && {
						tls: [{ hosts: [...hosts], secretName: certificateSecret(tls) }],
					}),
				rules: hosts.map((host) => ({
					host,
					http: {
						paths: [
							{
								path: "/",
								pathType: "Prefix",
								backend: {
									service: {
										name: service.metadata.name,
										port: { name: "http" },
									},
								},
							},
						],
					},
				})),
			},
		},
		{ parent },
	);
}

// https://cert-manager.io/docs/usage/ingress/#supported-annotations
const ISSUER_ANNOTATIONS = {
	Issuer: "cert-manager.io/issuer",
	ClusterIssuer: "cert-manager.io/cluster-issuer",
} as const;

/** Name of the Secret with the certificate of a namespace's public names. */
export const certificateSecret = (tls: NonNullable<Exposure["tls"]>) =>
	tls.kind === "secret" ? tls.secret : "public-certificate";

/** Asks cert-manager for the certificate that a front uses itself; with an Ingress its annotation does. */
export function requestCertificate(
	name: string,
	hosts: readonly string[],
	{ kind, tls }: Exposure,
	metadata: types.input.meta.v1.ObjectMeta,
	parent: pulumi.Resource,
): void {
	if (kind === "ingress" || tls?.kind !== "issuer" || hosts.length === 0) {
		return;
	}
	new kubernetes.apiextensions.CustomResource(
		`${name}-certificate`,
		{
			apiVersion: "cert-manager.io/v1",
			kind: "Certificate",
			metadata: { ...metadata, name: PUBLIC_SERVICE },
			spec: {
				secretName: certificateSecret(tls),
				dnsNames: [...hosts],
				issuerRef: { name: tls.issuer, kind: tls.issuerKind },
			},
		},
		{ parent },
	);
}
