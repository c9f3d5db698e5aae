import type { Edit } from "../edit.ts";

const CONTAINER = ["spec", "template", "spec", "containers", 0] as const;

/** Names of objects that are not there; the API server takes them all. */
export const REFERENCE_EDITS: readonly Edit[] = [
	{
		kind: "Deployment",
		at: ["spec", "template", "spec", "serviceAccountName"],
		to: "sever",
		problem:
			'spec.template.spec.serviceAccountName names ServiceAccount "t-golden-sample/sever", which is not rendered',
		accepted: true,
	},
	{
		kind: "Deployment",
		at: ["spec", "template", "spec", "imagePullSecrets", 0, "name"],
		to: "pull",
		problem:
			'spec.template.spec.imagePullSecrets names Secret "t-golden-sample/pull", which is not rendered',
		accepted: true,
	},
	{
		kind: "Deployment",
		at: [...CONTAINER, "env", 0, "valueFrom", "secretKeyRef", "key"],
		to: "cert.pem",
		problem:
			"spec.template.spec.server.env.KEY names the key 'cert.pem', which Secret \"t-golden-sample/keys\" lacks",
		accepted: true,
	},
	{
		kind: "Deployment",
		at: [
			"spec",
			"template",
			"spec",
			"volumes",
			0,
			"configMap",
			"items",
			0,
			"key",
		],
		to: "front.conf",
		problem:
			"spec.template.spec.volumes.settings names the key 'front.conf', which ConfigMap \"t-golden-sample/settings\" lacks",
		accepted: true,
	},
	{
		kind: "Deployment",
		at: [
			...["spec", "template", "spec", "volumes", 1],
			...["projected", "sources", 0, "secret", "name"],
		],
		to: "key",
		problem:
			'spec.template.spec.volumes.keys names Secret "t-golden-sample/key", which is not rendered',
		accepted: true,
	},
	{
		kind: "Deployment",
		at: [
			...["spec", "template", "spec", "volumes", 2],
			...["persistentVolumeClaim", "claimName"],
		],
		to: "store",
		problem:
			'spec.template.spec.volumes.scratch names PersistentVolumeClaim "t-golden-sample/store", which is not rendered',
		accepted: true,
	},
	{
		kind: "StatefulSet",
		at: ["spec", "serviceName"],
		to: "store",
		problem:
			'spec.serviceName names Service "t-golden-sample/store", which is not rendered',
		accepted: true,
	},
	{
		kind: "Ingress",
		at: ["spec", "tls", 0, "secretName"],
		to: "tls",
		problem:
			'spec.tls names Secret "t-golden-sample/tls", which is not rendered',
		accepted: true,
	},
	{
		kind: "Ingress",
		at: [
			...["spec", "rules", 0, "http", "paths", 0],
			...["backend", "service", "name"],
		],
		to: "front",
		problem:
			'spec.rules.registry.example.com names Service "t-golden-sample/front", which is not rendered',
		accepted: true,
	},
	{
		kind: "RoleBinding",
		at: ["roleRef", "name"],
		to: "lease",
		problem:
			'roleRef names Role "t-golden-sample/lease", which is not rendered',
		accepted: true,
	},
	{
		kind: "RoleBinding",
		at: ["subjects", 0, "name"],
		to: "jobs",
		problem:
			'subjects names ServiceAccount "t-golden-sample/jobs", which is not rendered',
		accepted: true,
	},
];
