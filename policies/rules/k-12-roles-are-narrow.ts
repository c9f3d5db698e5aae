import { kindOf } from "../kubernetes/objects.ts";
import type { ResourceRule } from "../rule.ts";

interface PolicyRule {
	readonly apiGroups?: readonly string[];
	readonly resources?: readonly string[];
	readonly verbs?: readonly string[];
	readonly nonResourceURLs?: readonly string[];
}

const SECRET_READS = ["get", "list", "watch"];
const POWERFUL = ["cluster-admin", "admin", "edit", "system:masters"];

/** The estate runs beside other people's workloads: what it may do in the cluster is listed. */
export const rolesAreNarrow: ResourceRule = {
	id: "K-12",
	sentence:
		"roles name verbs and resources, read no Secrets, and nobody is bound to an administrator's",
	remedy:
		"list the verbs and resources that are needed, Secrets by resourceNames, in a Role of one namespace",
	severity: "critical",
	link: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
	judge(resource, report) {
		const { rules, roleRef } = resource.props as {
			readonly rules?: readonly (PolicyRule & {
				readonly resourceNames?: readonly string[];
			})[];
			readonly roleRef?: { readonly name?: string };
		};
		switch (kindOf(resource)) {
			case "Role":
			case "ClusterRole":
				for (const rule of rules ?? []) {
					for (const field of [
						"verbs",
						"resources",
						"apiGroups",
						"nonResourceURLs",
					] as const) {
						if (rule[field]?.includes("*")) report(`a rule has * for ${field}`);
					}
					const reads = rule.verbs?.filter((verb) =>
						SECRET_READS.includes(verb),
					);
					if (
						rule.resources?.includes("secrets") &&
						reads?.length &&
						!rule.resourceNames?.length
					)
						report(`a rule may ${reads.join(", ")} every Secret`);
				}
				return;
			case "RoleBinding":
			case "ClusterRoleBinding":
				if (POWERFUL.includes(roleRef?.name ?? ""))
					report(`the binding gives ${roleRef?.name}`);
		}
	},
};
