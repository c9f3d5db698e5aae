import { join } from "node:path";
import { cacheFolder } from "../folders.mjs";

/** Everything a running cluster writes; `down` deletes it. */
export const STATE = join(cacheFolder(), "cluster");

const inState = (...path: string[]) => join(STATE, ...path);

/** Credentials of an administrator, mode 0600. */
export const KUBECONFIG = inState("admin.kubeconfig");
export const CERTIFICATES = inState("certificates");
export const LOGS = inState("logs");
export const ETCD_DATA = inState("etcd");
export const KUBELET_DATA = inState("kubelet");
export const POD_LOGS = inState("pod-logs");
/** Where the default StorageClass keeps its volumes, a folder each. */
export const VOLUMES = inState("volumes");
export const CONTAINERD = {
	config: inState("containerd.toml"),
	root: inState("containerd", "root"),
	state: inState("containerd", "state"),
	socket: inState("containerd.sock"),
	/** Its `config_path`: a folder with `hosts.toml` for each registry host. */
	registries: inState("certs.d"),
} as const;
export const CNI = {
	plugins: inState("cni", "bin"),
	config: inState("cni", "net.d"),
	leases: inState("cni", "leases"),
} as const;
export const KUBELET_CONFIG = inState("kubelet.json");
export const KUBE_PROXY_CONFIG = inState("kube-proxy.json");
/** The node's own /etc/hosts: what containerd and kubelet resolve names with. */
export const NODE_HOSTS = inState("hosts");
/** The node's own /etc/resolv.conf: no server, since nothing lies beyond this machine. */
export const NODE_RESOLV_CONF = inState("resolv.conf");
/** Where the agent is told of new pods. */
export const AGENT_SOCKET = inState("agent.sock");
/** There once the node's namespaces and its network are complete. */
export const COMPLETE = inState("complete");
