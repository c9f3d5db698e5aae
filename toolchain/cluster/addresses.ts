/**
 * Addresses of the cluster, the ones Kubernetes' own tools choose. Docker takes its networks from
 * 172.17.0.0/12 and 192.168.0.0/16, estates name theirs in their configuration.
 */
export const PODS = {
	range: "10.244.0.0/24",
	/** The node's address on the pods' bridge, from which kubelet probes them. */
	gateway: "10.244.0.1",
} as const;

export const SERVICES = {
	range: "10.96.0.0/16",
	api: "10.96.0.1",
	dns: "10.96.0.10",
} as const;

/** The link between this machine and the node. */
export const LINK = {
	range: "10.245.0.0/30",
	/** This machine, as pods and the node reach it. Nothing lies beyond it for them. */
	machine: "10.245.0.1",
	node: "10.245.0.2",
} as const;

export const NODE_NAME = "node-1";
export const API_URL = `https://${LINK.node}:6443`;
/** Where pods find the API server, and the issuer of their tokens. */
export const API_NAMES = [
	"kubernetes",
	"kubernetes.default",
	"kubernetes.default.svc",
	"kubernetes.default.svc.cluster.local",
] as const;
