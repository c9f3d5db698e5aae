import type { Edit } from "../edit.ts";

const CONTAINER = ["spec", "template", "spec", "containers", 0] as const;

/** Pods by themselves. */
export const POD_EDITS: readonly Edit[] = [
	{
		kind: "Deployment",
		at: [...CONTAINER, "volumeMounts", 0, "name"],
		to: "setings",
		problem:
			"spec.template.spec: containers[0].volumeMounts[0].name 'setings' is no volume; there are settings, keys, scratch",
	},
	{
		kind: "Deployment",
		at: ["spec", "template", "spec", "volumes", 0, "emptyDir"],
		to: {},
		problem:
			"spec.template.spec: volumes[0] has the sources configMap, emptyDir, expected one",
	},
	{
		kind: "Deployment",
		at: [...CONTAINER, "ports", 0, "containerPort"],
		to: 65_536,
		problem:
			"spec.template.spec: containers[0].ports[0].containerPort is 65536, expected 1 to 65535",
	},
	{
		kind: "Deployment",
		at: [...CONTAINER, "ports", 1],
		to: { name: "the-port-for-metrics", containerPort: 9000 },
		problem:
			"spec.template.spec: containers[0].ports[1].name is 'the-port-for-metrics', expected lower-case letters, digits and '-' within, at most 15",
	},
	{
		kind: "Deployment",
		at: [...CONTAINER, "ports", 1],
		to: { name: "http", containerPort: 9000 },
		problem: "spec.template.spec: containers[0].ports has two named 'http'",
	},
	{
		kind: "Deployment",
		at: [...CONTAINER, "resources", "requests", "memory"],
		to: "1Gi",
		problem:
			"spec.template.spec: containers[0].resources.requests.memory is 1Gi, more than the limit 128Mi",
	},
	{
		kind: "Deployment",
		at: [...CONTAINER, "readinessProbe", "exec"],
		to: { command: ["true"] },
		problem:
			"spec.template.spec: containers[0].readinessProbe has the handlers exec, httpGet, expected one of exec, grpc, httpGet, tcpSocket",
	},
	{
		kind: "Deployment",
		at: [...CONTAINER, "readinessProbe", "httpGet", "port"],
		to: "web",
		problem:
			"spec.template.spec: containers[0].readinessProbe.httpGet.port 'web' is no port of the container",
		accepted: true,
	},
	{
		kind: "Deployment",
		at: [...CONTAINER, "readinessProbe", "httpGet", "port"],
		to: 0,
		problem:
			"spec.template.spec: containers[0].readinessProbe.httpGet.port is 0, expected 1 to 65535",
	},
	{
		kind: "Deployment",
		at: [...CONTAINER, "name"],
		to: "the server",
		problem:
			"spec.template.spec: containers[0].name is 'the server', expected lower-case letters, digits and '-' within, at most 63",
	},
	{
		kind: "Deployment",
		at: ["spec", "template", "spec", "initContainers"],
		to: [{ name: "server", image: "registry.example.com/server:1" }],
		problem: "spec.template.spec: two containers are named 'server'",
	},
	{
		kind: "StatefulSet",
		at: ["spec", "template", "spec", "volumes"],
		to: [{ name: "store", emptyDir: {} }],
		problem: "spec.template.spec: two volumes are named 'store'",
		accepted: true,
	},
];
