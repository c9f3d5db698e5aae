import { expect, test } from "vitest";
import { policyProblems } from "../../../toolchain/kubernetes/check-policies.ts";
import type { ProbeOutcome } from "../../../toolchain/kubernetes/policy-probe.ts";
import { probeResult } from "../../../toolchain/kubernetes/probe-objects.ts";

const problems = (outcome: ProbeOutcome) =>
	policyProblems(outcome, "node@sha256:1").map(
		({ path, message }) => `${path}: ${message}`,
	);

test("a cluster where every forbidden connection fails is in order", () => {
	expect(problems({ result: [] })).toEqual([]);
});

test("a direction that is not enforced is named", () => {
	expect(problems({ result: ["egress"] })).toEqual([
		"estate.kubernetes.context: the cluster does not enforce NetworkPolicies, got a connection in spite of one that forbids it (egress); expected none, or every pod would reach the writing half of Prod. Fix: have a network plugin installed that enforces them, such as Calico or Cilium, or switch that on in the one there is.",
	]);
});

test("a probe without an answer is no good answer", () => {
	const rest =
		"expected two pods of node@sha256:1 that find each other. Fix: mend what keeps them from it, or choose another context.";
	const wrong =
		"estate.kubernetes.context: whether the cluster enforces NetworkPolicies cannot be told";
	expect(problems({ result: "unreached" })).toEqual([
		`${wrong}, got no connection between two pods, not even the one that is let through; ${rest}`,
	]);
	expect(problems({ unknown: "pod server: not scheduled" })).toEqual([
		`${wrong}, got pod server: not scheduled; ${rest}`,
	]);
});

test.each([
	[0, []],
	[1, ["ingress"]],
	[2, ["egress"]],
	[3, ["ingress", "egress"]],
	[10, "unreached"],
	[13, "unreached"],
	[137, undefined],
])("exit code %i of the probe's client means %j", (code, result) => {
	expect(probeResult(code)).toEqual(result);
});
