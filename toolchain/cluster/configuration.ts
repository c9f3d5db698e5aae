import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LINK, NODE_NAME, PODS, SERVICES } from "./addresses.ts";
import { PAUSE_IMAGE } from "./base-images.ts";
import { certificate, kubeconfig, privateKey } from "./certificates.ts";
import { AWAIT_POLICIES } from "./own-programs.ts";
import {
	AGENT_SOCKET,
	CNI,
	CONTAINERD,
	KUBE_PROXY_CONFIG,
	KUBELET_CONFIG,
	LOGS,
	NODE_HOSTS,
	NODE_RESOLV_CONF,
	POD_LOGS,
	VOLUMES,
} from "./state.ts";

/** Folder of Debian's CNI plugins. */
const DEBIAN_PLUGINS = "/usr/lib/cni";

/** The plugins that make a pod's network, by name. */
export const CNI_PLUGINS = {
	bridge: join(DEBIAN_PLUGINS, "bridge"),
	"host-local": join(DEBIAN_PLUGINS, "host-local"),
	loopback: join(DEBIAN_PLUGINS, "loopback"),
	"await-policies": AWAIT_POLICIES.path,
} as const;

/** Control group of all pods, which no other kubelet of this machine takes for its own. */
export const CGROUP = "registry-tiers-cluster";

/** Writes what the components read. Once for each start: kube-proxy ends when its file changes. */
export function writeConfiguration(): void {
	for (const folder of [
		...[CNI.config, CNI.plugins, CONTAINERD.registries, LOGS, POD_LOGS],
	]) {
		mkdirSync(folder, { recursive: true });
	}
	// Pods of any uid make their files below.
	mkdirSync(VOLUMES, { mode: 0o711 });
	for (const [name, path] of Object.entries(CNI_PLUGINS)) {
		symlinkSync(path, join(CNI.plugins, name));
	}
	writeFileSync(CONTAINERD.config, containerdConfig());
	writeFileSync(join(CNI.config, "10-bridge.conflist"), json(cniConfig()));
	writeFileSync(KUBELET_CONFIG, json(kubeletConfig()));
	writeFileSync(KUBE_PROXY_CONFIG, json(kubeProxyConfig()));
	writeFileSync(NODE_HOSTS, `127.0.0.1 localhost\n${LINK.node} ${NODE_NAME}\n`);
	writeFileSync(NODE_RESOLV_CONF, "# nothing lies beyond this machine\n");
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

function containerdConfig(): string {
	return `version = 2
root = "${CONTAINERD.root}"
state = "${CONTAINERD.state}"

[grpc]
  address = "${CONTAINERD.socket}"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  disable_apparmor = true
  # Machines without CAP_SYS_RESOURCE cannot lower a score, and runc then fails with "can't get final
  # child's PID from pipe: EOF".
  restrict_oom_score_adj = true
  tolerate_missing_hugetlb_controller = true
  netns_mounts_under_state_dir = true

  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "${CONTAINERD.registries}"

  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"

  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${CNI.plugins}"
    conf_dir = "${CNI.config}"
`;
}

function cniConfig() {
	return {
		cniVersion: "0.4.0",
		name: "registry-tiers-cluster",
		plugins: [
			{
				type: "bridge",
				bridge: "pods",
				isDefaultGateway: true,
				// A pod reaches itself through its own Service.
				hairpinMode: true,
				ipMasq: false,
				ipam: {
					type: "host-local",
					dataDir: CNI.leases,
					ranges: [[{ subnet: PODS.range, gateway: PODS.gateway }]],
				},
			},
			{ type: "await-policies", socket: AGENT_SOCKET },
		],
	};
}

function kubeletConfig() {
	return {
		apiVersion: "kubelet.config.k8s.io/v1beta1",
		kind: "KubeletConfiguration",
		address: LINK.node,
		containerRuntimeEndpoint: `unix://${CONTAINERD.socket}`,
		cgroupDriver: "cgroupfs",
		cgroupRoot: `/${CGROUP}`,
		failSwapOn: false,
		makeIPTablesUtilChains: false,
		clusterDomain: "cluster.local",
		clusterDNS: [SERVICES.dns],
		resolvConf: NODE_RESOLV_CONF,
		podLogsDir: POD_LOGS,
		authentication: {
			anonymous: { enabled: false },
			webhook: { enabled: true },
			x509: { clientCAFile: certificate("ca") },
		},
		authorization: { mode: "Webhook" },
		tlsCertFile: certificate("kubelet-server"),
		tlsPrivateKeyFile: privateKey("kubelet-server"),
		// The machine's disk is not the cluster's: nothing is evicted or collected before it is full.
		evictionHard: {
			"memory.available": "100Mi",
			"nodefs.available": "1%",
			"imagefs.available": "1%",
			"nodefs.inodesFree": "1%",
		},
		imageGCHighThresholdPercent: 100,
		imageGCLowThresholdPercent: 99,
		// A ConfigMap or Secret that changes reaches its pods in seconds.
		syncFrequency: "10s",
		nodeStatusUpdateFrequency: "4s",
		registryPullQPS: 0,
	};
}

function kubeProxyConfig() {
	return {
		apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
		kind: "KubeProxyConfiguration",
		mode: "iptables",
		clusterCIDR: PODS.range,
		hostnameOverride: NODE_NAME,
		clientConnection: { kubeconfig: kubeconfig("kube-proxy") },
		healthzBindAddress: "127.0.0.1:10256",
		metricsBindAddress: "127.0.0.1:10249",
		conntrack: { maxPerCore: 0, min: 0 },
	};
}
