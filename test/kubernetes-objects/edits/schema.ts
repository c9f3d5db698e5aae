import type { Edit } from "../edit.ts";

const CONTAINER = ["spec", "template", "spec", "containers", 0] as const;

/** What the API server's own schema refuses. */
export const SCHEMA_EDITS: readonly Edit[] = [
	{
		kind: "Deployment",
		at: [...CONTAINER, "imagePulPolicy"],
		to: "Always",
		problem:
			"spec.template.spec.containers[0].imagePulPolicy is no field; fields there are args, command, env, envFrom, image, imagePullPolicy, lifecycle, livenessProbe, name, ports, readinessProbe, resizePolicy, resources, restartPolicy, restartPolicyRules, securityContext, startupProbe, stdin, stdinOnce, terminationMessagePath, terminationMessagePolicy, tty, volumeDevices, volumeMounts, workingDir",
	},
	{
		kind: "Service",
		at: ["spec", "ports", 0, "port"],
		to: "80",
		problem: 'spec.ports[0].port is "80", expected integer',
	},
	{
		kind: "Deployment",
		at: ["spec", "selector"],
		problem: "spec.selector is missing",
	},
	{ kind: "Deployment", at: ["spec"], problem: "spec is missing" },
	{
		kind: "CronJob",
		at: ["spec", "concurrencyPolicy"],
		to: "Never",
		problem:
			'spec.concurrencyPolicy is "Never", expected one of Allow, Forbid, Replace',
	},
	{
		kind: "Secret",
		at: ["data", "key.pem"],
		to: "not base64",
		problem: 'data["key.pem"] is "not base64", which is no base64',
	},
	{
		kind: "PersistentVolumeClaim",
		at: ["spec", "resources", "requests", "storage"],
		to: "1 GiB",
		problem: 'spec.resources.requests.storage is "1 GiB", which is no quantity',
	},
	{
		kind: "Deployment",
		at: ["spec", "replicas"],
		to: 2 ** 31,
		problem: "spec.replicas is 2147483648, which is no integer of 32 bits",
	},
	{
		kind: "Deployment",
		at: [...CONTAINER, "ports", 1],
		to: { containerPort: 8080 },
		problem:
			"spec.template.spec.containers[0].ports has two elements of the same containerPort and protocol",
	},
	{
		kind: "PersistentVolumeClaim",
		at: ["metadata", "finalizers"],
		to: ["example.com/kept", "example.com/kept"],
		problem: "metadata.finalizers has the same element twice",
	},
];
