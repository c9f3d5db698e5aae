import { createHash } from "node:crypto";
import { SERVICES } from "./addresses.ts";
import { COREDNS_IMAGE } from "./base-images.ts";

/** Who makes the volumes of the cluster's classes: the cluster's own agent. */
export const PROVISIONER = "registry-tiers.local/folder";

const NAME = "coredns";
const LABELS = { "k8s-app": "kube-dns" };
const meta = { name: NAME, namespace: "kube-system" };

// Names outside the cluster do not exist. They have a block of their own, since CoreDNS asks `template`
// before `kubernetes`, whatever their order here.
const COREFILE = `cluster.local in-addr.arpa ip6.arpa {
	errors
	health
	ready
	kubernetes cluster.local in-addr.arpa ip6.arpa {
		pods insecure
		ttl 5
	}
}
. {
	template ANY ANY {
		rcode NXDOMAIN
	}
}
`;

const PORTS = [
	{ name: "dns", protocol: "UDP" },
	{ name: "dns-tcp", protocol: "TCP" },
] as const;

/** What a cluster has before anybody uses it: name resolution and classes of storage. */
export const BASE_MANIFESTS = {
	apiVersion: "v1",
	kind: "List",
	items: [
		storageClass("standard", "Immediate"),
		// As the block storage of clouds, whose volumes belong to a zone.
		storageClass("standard-late", "WaitForFirstConsumer"),
		{ apiVersion: "v1", kind: "ServiceAccount", metadata: meta },
		{
			apiVersion: "rbac.authorization.k8s.io/v1",
			kind: "ClusterRole",
			metadata: { name: "system:coredns" },
			rules: [
				{
					apiGroups: [""],
					resources: ["endpoints", "services", "pods", "namespaces"],
					verbs: ["list", "watch"],
				},
				{
					apiGroups: ["discovery.k8s.io"],
					resources: ["endpointslices"],
					verbs: ["list", "watch"],
				},
			],
		},
		{
			apiVersion: "rbac.authorization.k8s.io/v1",
			kind: "ClusterRoleBinding",
			metadata: { name: "system:coredns" },
			roleRef: {
				apiGroup: "rbac.authorization.k8s.io",
				kind: "ClusterRole",
				name: "system:coredns",
			},
			subjects: [{ kind: "ServiceAccount", ...meta }],
		},
		{
			apiVersion: "v1",
			kind: "ConfigMap",
			metadata: meta,
			data: { Corefile: COREFILE },
		},
		coreDns(),
		{
			apiVersion: "v1",
			kind: "Service",
			// The name by which every policy and tool knows it, whatever answers.
			metadata: { ...meta, name: "kube-dns", labels: LABELS },
			spec: {
				clusterIP: SERVICES.dns,
				selector: LABELS,
				ports: PORTS.map((port) => ({ ...port, port: 53 })),
			},
		},
	],
} as const;

function storageClass(name: string, volumeBindingMode: string) {
	const isDefault = name === "standard";
	return {
		apiVersion: "storage.k8s.io/v1",
		kind: "StorageClass",
		metadata: {
			name,
			annotations: {
				"storageclass.kubernetes.io/is-default-class": String(isDefault),
			},
		},
		provisioner: PROVISIONER,
		reclaimPolicy: "Delete",
		volumeBindingMode,
	};
}

function coreDns() {
	return {
		apiVersion: "apps/v1",
		kind: "Deployment",
		metadata: { ...meta, labels: LABELS },
		spec: {
			replicas: 1,
			selector: { matchLabels: LABELS },
			template: {
				metadata: {
					labels: LABELS,
					// Another Corefile makes another pod.
					annotations: {
						"registry-tiers.local/corefile": createHash("sha256")
							.update(COREFILE)
							.digest("hex"),
					},
				},
				spec: {
					serviceAccountName: NAME,
					priorityClassName: "system-cluster-critical",
					dnsPolicy: "Default",
					containers: [
						{
							name: NAME,
							image: COREDNS_IMAGE,
							imagePullPolicy: "Never",
							args: ["-conf", "/etc/coredns/Corefile"],
							ports: PORTS.map((port) => ({ ...port, containerPort: 53 })),
							readinessProbe: {
								httpGet: { path: "/ready", port: 8181 },
								periodSeconds: 1,
							},
							livenessProbe: { httpGet: { path: "/health", port: 8080 } },
							resources: {
								requests: { cpu: "50m", memory: "50Mi" },
								limits: { memory: "170Mi" },
							},
							securityContext: {
								allowPrivilegeEscalation: false,
								readOnlyRootFilesystem: true,
								capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] },
							},
							volumeMounts: [
								{ name: "config", mountPath: "/etc/coredns", readOnly: true },
							],
						},
					],
					volumes: [{ name: "config", configMap: { name: NAME } }],
				},
			},
		},
	};
}
