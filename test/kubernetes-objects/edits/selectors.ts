import type { Edit } from "../edit.ts";

/** Selectors and target ports that find nobody. */
export const SELECTOR_EDITS: readonly Edit[] = [
	{
		kind: "Deployment",
		at: ["spec", "selector", "matchLabels", "app"],
		to: "front",
		problem: "spec.selector does not select the labels of its own template",
	},
	{
		kind: "StatefulSet",
		at: ["spec", "template", "metadata", "labels", "app"],
		to: "shop",
		problem: "spec.selector does not select the labels of its own template",
	},
	{
		kind: "Service",
		at: ["spec", "selector", "app"],
		to: "front",
		problem: "spec.selector selects no pod of the namespace",
		accepted: true,
	},
	{
		kind: "Service",
		at: ["spec", "ports", 0, "targetPort"],
		to: 8081,
		problem:
			'spec.ports[0].targetPort 8081 is no port of Deployment "t-golden-sample/server"',
		accepted: true,
	},
	{
		kind: "PodDisruptionBudget",
		at: ["spec", "selector", "matchLabels", "app"],
		to: "front",
		problem: "spec.selector selects no pod of the namespace",
		accepted: true,
	},
	{
		kind: "NetworkPolicy",
		at: ["spec", "podSelector", "matchLabels", "app"],
		to: "front",
		problem: "spec.podSelector selects no pod of the namespace",
		accepted: true,
	},
];
