import type { KubernetesObject } from "./object.ts";

const NAMESPACE = "t-golden-sample";

const SERVER = { app: "server" };

const POD_SECURITY = {
	runAsNonRoot: true,
	runAsUser: 10_001,
	seccompProfile: { type: "RuntimeDefault" },
};

const CONTAINER_SECURITY = {
	allowPrivilegeEscalation: false,
	readOnlyRootFilesystem: true,
	capabilities: { drop: ["ALL"] },
};

/** One object of each kind that the project renders; a cluster takes them all. New ones in each call. */
export function sampleObjects(): KubernetesObject[] {
	return [
		{
			apiVersion: "v1",
			kind: "Namespace",
			metadata: {
				name: NAMESPACE,
				labels: { "pod-security.kubernetes.io/enforce": "restricted" },
			},
		},
		inNamespace("v1", "ServiceAccount", "server", {
			automountServiceAccountToken: false,
		}),
		inNamespace("v1", "Secret", "keys", {
			type: "Opaque",
			data: { "key.pem": "c2VjcmV0" },
		}),
		inNamespace("v1", "ConfigMap", "settings", {
			data: { "nginx.conf": "events {}" },
		}),
		inNamespace("v1", "PersistentVolumeClaim", "scratch", {
			spec: {
				accessModes: ["ReadWriteOnce"],
				resources: { requests: { storage: "1Gi" } },
			},
		}),
		inNamespace("v1", "Service", "server", {
			spec: {
				selector: { ...SERVER },
				ports: [{ name: "http", port: 80, targetPort: "http" }],
			},
		}),
		deployment(),
		statefulSet(),
		cronJob(),
		inNamespace("networking.k8s.io/v1", "NetworkPolicy", "server", {
			spec: {
				podSelector: { matchLabels: { ...SERVER } },
				policyTypes: ["Ingress", "Egress"],
				ingress: [
					{
						from: [{ podSelector: { matchLabels: { app: "store" } } }],
						ports: [{ protocol: "TCP", port: 8080 }],
					},
				],
				egress: [
					{
						to: [{ ipBlock: { cidr: "203.0.113.0/24" } }],
						ports: [{ port: 443, endPort: 444 }],
					},
				],
			},
		}),
		inNamespace("policy/v1", "PodDisruptionBudget", "server", {
			spec: { maxUnavailable: 1, selector: { matchLabels: { ...SERVER } } },
		}),
		inNamespace("networking.k8s.io/v1", "Ingress", "server", {
			spec: {
				tls: [{ hosts: ["registry.example.com"], secretName: "keys" }],
				rules: [
					{
						host: "registry.example.com",
						http: {
							paths: [
								{
									path: "/",
									pathType: "Prefix",
									backend: {
										service: { name: "server", port: { name: "http" } },
									},
								},
							],
						},
					},
				],
			},
		}),
		inNamespace("rbac.authorization.k8s.io/v1", "Role", "leases", {
			rules: [
				{
					apiGroups: ["coordination.k8s.io"],
					resources: ["leases"],
					verbs: ["get", "update"],
				},
			],
		}),
		inNamespace("rbac.authorization.k8s.io/v1", "RoleBinding", "leases", {
			roleRef: {
				apiGroup: "rbac.authorization.k8s.io",
				kind: "Role",
				name: "leases",
			},
			subjects: [
				{ kind: "ServiceAccount", name: "server", namespace: NAMESPACE },
			],
		}),
		inNamespace("v1", "ResourceQuota", "all", {
			spec: { hard: { "requests.memory": "2Gi" } },
		}),
		inNamespace("v1", "LimitRange", "all", {
			spec: {
				limits: [{ type: "Container", defaultRequest: { memory: "64Mi" } }],
			},
		}),
	];
}

function deployment(): KubernetesObject {
	return inNamespace("apps/v1", "Deployment", "server", {
		spec: {
			replicas: 2,
			selector: { matchLabels: { ...SERVER } },
			template: {
				metadata: { labels: { ...SERVER } },
				spec: {
					serviceAccountName: "server",
					automountServiceAccountToken: false,
					securityContext: POD_SECURITY,
					imagePullSecrets: [{ name: "keys" }],
					containers: [
						{
							name: "server",
							image: "registry.example.com/server:1",
							ports: [{ name: "http", containerPort: 8080 }],
							env: [
								{
									name: "KEY",
									valueFrom: {
										secretKeyRef: { name: "keys", key: "key.pem" },
									},
								},
							],
							readinessProbe: { httpGet: { path: "/", port: "http" } },
							resources: {
								requests: { cpu: "50m", memory: "64Mi" },
								limits: { memory: "128Mi" },
							},
							securityContext: CONTAINER_SECURITY,
							volumeMounts: [
								{ name: "settings", mountPath: "/etc/nginx" },
								{ name: "keys", mountPath: "/keys" },
								{ name: "scratch", mountPath: "/scratch" },
							],
						},
					],
					volumes: [
						{
							name: "settings",
							configMap: {
								name: "settings",
								items: [{ key: "nginx.conf", path: "nginx.conf" }],
							},
						},
						{
							name: "keys",
							projected: {
								sources: [
									{ secret: { name: "keys" } },
									{
										serviceAccountToken: { audience: "prod", path: "token" },
									},
								],
							},
						},
						{
							name: "scratch",
							persistentVolumeClaim: { claimName: "scratch" },
						},
					],
				},
			},
		},
	});
}

function statefulSet(): KubernetesObject {
	const labels = { app: "store" };
	return inNamespace("apps/v1", "StatefulSet", "store", {
		spec: {
			serviceName: "server",
			selector: { matchLabels: labels },
			template: {
				metadata: { labels: { ...labels } },
				spec: {
					securityContext: POD_SECURITY,
					containers: [
						{
							name: "store",
							image: "registry.example.com/store:1",
							securityContext: CONTAINER_SECURITY,
							volumeMounts: [{ name: "store", mountPath: "/store" }],
						},
					],
				},
			},
			volumeClaimTemplates: [
				{
					metadata: { name: "store" },
					spec: {
						accessModes: ["ReadWriteOnce"],
						resources: { requests: { storage: "10Gi" } },
					},
				},
			],
		},
	});
}

function cronJob(): KubernetesObject {
	return inNamespace("batch/v1", "CronJob", "cleanup", {
		spec: {
			schedule: "*/5 * * * *",
			timeZone: "Europe/Berlin",
			concurrencyPolicy: "Forbid",
			jobTemplate: {
				spec: {
					podFailurePolicy: {
						rules: [
							{
								action: "FailJob",
								onExitCodes: { operator: "In", values: [2] },
							},
						],
					},
					template: {
						metadata: { labels: { app: "cleanup" } },
						spec: {
							restartPolicy: "Never",
							securityContext: POD_SECURITY,
							containers: [
								{
									name: "cleanup",
									image: "registry.example.com/jobs:1",
									securityContext: CONTAINER_SECURITY,
								},
							],
						},
					},
				},
			},
		},
	});
}

function inNamespace(
	apiVersion: string,
	kind: string,
	name: string,
	rest: Readonly<Record<string, unknown>>,
): KubernetesObject {
	return {
		apiVersion,
		kind,
		metadata: { name, namespace: NAMESPACE },
		...rest,
	};
}
