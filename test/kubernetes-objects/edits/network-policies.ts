import type { Edit } from "../edit.ts";

/** Ports and peers of NetworkPolicies. */
export const NETWORK_POLICY_EDITS: readonly Edit[] = [
	{
		kind: "NetworkPolicy",
		at: ["spec", "ingress", 0, "ports", 0, "port"],
		to: 0,
		problem: "spec.ingress[0].ports is 0, expected 1 to 65535",
	},
	{
		kind: "NetworkPolicy",
		at: ["spec", "egress", 0, "ports", 0, "endPort"],
		to: 442,
		problem: "spec.egress[0].ports goes from 443 to 442",
	},
	{
		kind: "NetworkPolicy",
		at: ["spec", "egress", 0, "to", 0, "ipBlock", "cidr"],
		to: "203.0.113.0",
		problem: "spec.egress[0] has the range '203.0.113.0', expected a CIDR",
	},
	{
		kind: "NetworkPolicy",
		at: ["spec", "ingress", 0, "from", 0],
		to: {},
		problem: "spec.ingress[0] has a peer that says nothing",
	},
];
