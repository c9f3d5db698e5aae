import { kindOf, metadataOf } from "../kubernetes/objects.ts";
import type { ResourceRule } from "../rule.ts";

const PREFIX = "pod-security.kubernetes.io";

/** The cluster's own judgement stands behind these rules, for pods that no stack made. */
export const namespacesAreRestricted: ResourceRule = {
	id: "K-10",
	sentence:
		"every namespace enforces Pod Security 'restricted', in a version that is named",
	remedy: `label the Namespace ${PREFIX}/enforce: restricted and ${PREFIX}/enforce-version: v1.<n>`,
	severity: "high",
	link: "https://kubernetes.io/docs/concepts/security/pod-security-admission/",
	judge(resource, report) {
		if (kindOf(resource) !== "Namespace") return;
		const labels = metadataOf(resource).labels ?? {};
		const level = labels[`${PREFIX}/enforce`] ?? "nothing";
		if (level !== "restricted") report(`the namespace enforces ${level}`);
		const version = labels[`${PREFIX}/enforce-version`] ?? "unset";
		// `latest` changes its meaning with an upgrade of the cluster.
		if (!/^v1\.\d+$/.test(version))
			report(`the namespace enforces the version ${version}`);
	},
};
