import type { Edit } from "../edit.ts";

/** Names, labels and content. */
export const NAME_EDITS: readonly Edit[] = [
	{
		kind: "LimitRange",
		at: ["metadata", "name"],
		to: "All",
		problem:
			"metadata.name is 'All', expected lower-case letters, digits, and '-' and '.' within",
	},
	{
		kind: "Service",
		at: ["metadata", "name"],
		to: "1-server",
		problem:
			"metadata.name is '1-server', expected a letter first, then lower-case letters, digits and '-' within",
		also: [
			'StatefulSet "t-golden-sample/store": spec.serviceName names Service "t-golden-sample/server", which is not rendered',
			'Ingress "t-golden-sample/server": spec.rules.registry.example.com names Service "t-golden-sample/server", which is not rendered',
		],
	},
	{
		kind: "CronJob",
		at: ["metadata", "name"],
		to: "c".repeat(53),
		problem: "metadata.name has 53 characters, expected at most 52",
	},
	{
		kind: "StatefulSet",
		at: ["metadata", "name"],
		to: "s".repeat(53),
		problem: "metadata.name has 53 characters, expected at most 52",
		accepted: true,
	},
	{
		kind: "LimitRange",
		at: ["metadata", "namespace"],
		problem: "metadata.namespace is missing, and would be 'default'",
		accepted: true,
	},
	{
		kind: "Namespace",
		at: ["metadata", "namespace"],
		to: "t-golden-sample",
		problem:
			"metadata.namespace is 't-golden-sample', but it lies in no namespace",
		accepted: true,
	},
	{
		kind: "Deployment",
		at: ["spec", "template", "metadata", "labels", "tier"],
		to: "prod/rw",
		problem:
			"spec.template.metadata.labels[\"tier\"] is 'prod/rw', which is no label value",
	},
	{
		kind: "Deployment",
		at: ["metadata", "labels"],
		to: { "registry tiers/stack": "k8s" },
		problem:
			"metadata.labels has the key 'registry tiers/stack', which is no label key",
	},
	{
		kind: "Deployment",
		at: ["metadata", "annotations"],
		to: { "a/b/c": "d" },
		problem: "metadata.annotations has the key 'a/b/c', which is no label key",
	},
	{
		kind: "ConfigMap",
		at: ["data", "conf/nginx.conf"],
		to: "",
		problem:
			"has the key 'conf/nginx.conf', expected letters, digits, '-', '_' and '.'",
	},
	{
		kind: "ConfigMap",
		at: ["data", "large"],
		to: "x".repeat(2 ** 20),
		problem: "has 1048585 bytes, expected at most 1048576",
	},
];
