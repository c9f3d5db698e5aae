/** Where on Kubernetes an estate runs, and how its clients reach it. */
export interface KubernetesSpec {
	/** File with the address of the cluster and the credentials for it; an absolute path. */
	readonly kubeconfig: string;
	/** Name of the context in that file. */
	readonly context: string;
	/**
	 * The images the estate itself runs on, by digest, from a place outside the estate.
	 * @default - `npm run up` brings them to the cluster of `npm run cluster`, and to no other
	 */
	readonly images?: EstateImageNames;
	/** Secret with the login for those images, which every namespace has. @default - none is needed */
	readonly imagePullSecret?: string;
	/** StorageClass of every claim. @default - the cluster's default class */
	readonly storageClass?: string;
	/** Name of the cluster's DNS service. */
	readonly dns: string;
	/** Issuer of the cluster's ServiceAccount tokens, as they name it. */
	readonly issuer: string;
	readonly exposure: Exposure;
}

/** Names of images with their digests, e.g. `ghcr.io/acme/registry@sha256:…`. */
export interface EstateImageNames {
	/** CNCF distribution 3.1.2 or later. */
	readonly registry: string;
	readonly nginx: string;
	/** What `.build/services` of the checkout is built to. */
	readonly services: string;
}

/** How clients outside the cluster reach the fronts. */
export interface Exposure {
	/** `none`: Services with an address inside the cluster only. */
	readonly kind: "none" | "ingress" | "load-balancer";
	/** IngressClass. @default - the cluster's default class */
	readonly ingressClass?: string;
	/** Put on every Ingress or LoadBalancer Service; how clusters are told what is theirs alone. */
	readonly annotations?: Readonly<Record<string, string>>;
	/** @default - plain http */
	readonly tls?: Tls;
}

/** Whose certificate the public host names have. */
export type Tls =
	/** A Secret of type `kubernetes.io/tls`, which each namespace with a front has. */
	| { readonly kind: "secret"; readonly secret: string }
	/** cert-manager makes one for each front. */
	| {
			readonly kind: "issuer";
			readonly issuer: string;
			/** `ClusterIssuer` serves every namespace. */
			readonly issuerKind: "Issuer" | "ClusterIssuer";
	  }
	/** A load balancer before the front has it; the front gets plain http. */
	| { readonly kind: "load-balancer" };

/** Where the certificate is used: by the front, by what stands before it, or nowhere. */
export function tlsEnd({ kind, tls }: Exposure): "front" | "before" | "none" {
	if (!tls) return "none";
	return kind === "ingress" || tls.kind === "load-balancer"
		? "before"
		: "front";
}
