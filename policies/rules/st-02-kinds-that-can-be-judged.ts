import type { ResourceRule } from "../rule.ts";

/** Resource types that hide from these rules what they make. */
const OPAQUE: readonly RegExp[] = [
	/^pulumi-nodejs:dynamic/,
	/^command:/,
	/^kubernetes:(?:helm\.sh|kustomize|yaml)/,
	// Patches of what another stack made, and lists.
	/^kubernetes:.*(?:Patch|List)$/,
	// Swarm services and secrets.
	/^docker:index\/(?:service:Service|secret:Secret|serviceConfig:ServiceConfig)$/,
	/^docker:index\/plugin:Plugin$/,
];

/** A rule that never sees a pod lets it pass. A dynamic resource keeps its program, and secrets with it, in the state. */
export const kindsThatCanBeJudged: ResourceRule = {
	id: "ST-02",
	sentence: "every resource is of a kind these rules can judge",
	remedy:
		"write the objects as resources of their own kinds; let a job do what no resource does",
	severity: "high",
	link: "https://www.pulumi.com/docs/insights/policy/policy-packs/authoring/",
	judge({ type }, report) {
		if (OPAQUE.some((pattern) => pattern.test(type)))
			report(`nothing can be said about what a ${type} makes`);
	},
};
