import { expect, test } from "vitest";
import { judge } from "../../policies/judge.ts";
import { RULES } from "../../policies/rules.ts";
import {
	policyReport,
	policyReportJson,
	unjudged,
} from "../../toolchain/policy-report.ts";

const web = {
	urn: "urn:pulumi:dev::registry-tiers::command:local:Command::web",
	type: "command:local:Command",
	name: "web",
	props: {},
	provider: "default",
	options: { protect: false, deleteBeforeReplace: false },
};

const judgement = judge([web], {
	levels: { "ST-01": "advisory" },
	exceptions: [],
	day: "2026-11-24",
});

test("shows what is broken, then advice, and ends with a line that counts", () => {
	expect(policyReport(judgement, "dev", 1).split("\n")).toEqual([
		"ST-02: Command 'web': nothing can be said about what a command:local:Command makes; expected: every resource is of a kind these rules can judge. Fix: write the objects as resources of their own kinds; let a job do what no resource does",
		"advice: ST-01: Command 'web': it uses the provider 'default'; expected: every resource has a provider that the program made. Fix: pass `provider`, or `providers` to the component it belongs to",
		`policies: ${RULES.length} rules on 1 resources of 'dev': 1 broken, 1 advice, 0 excepted`,
	]);
});

test("shows a script the same, with the reason and without what the resource holds", () => {
	expect(JSON.parse(policyReportJson(judgement))).toEqual({
		broken: [
			{
				rule: "ST-01",
				level: "advisory",
				severity: "high",
				resource: web.urn,
				fact: "it uses the provider 'default'",
				expected: "every resource has a provider that the program made",
				remedy:
					"pass `provider`, or `providers` to the component it belongs to",
				link: "https://www.pulumi.com/docs/iac/concepts/resources/providers/#disabling-default-providers",
			},
			{
				rule: "ST-02",
				level: "mandatory",
				severity: "high",
				resource: web.urn,
				fact: "nothing can be said about what a command:local:Command makes",
				expected: "every resource is of a kind these rules can judge",
				remedy:
					"write the objects as resources of their own kinds; let a job do what no resource does",
				link: "https://www.pulumi.com/docs/insights/policy/policy-packs/authoring/",
			},
		],
		excepted: [],
		unneeded: [],
	});
});

test("finds the rules that could not look in a preview, among the engine's events", () => {
	const event = (policyName: string, message: string) =>
		JSON.stringify({ sequence: 1, policyEvent: { policyName, message } });
	const log = [
		event(
			"K-15",
			"can't run policy 'K-15' from policy pack 'x' during preview",
		),
		event(
			"D-04",
			"can't run policy 'D-04' from policy pack 'x' during preview",
		),
		event(
			"K-15",
			"can't run policy 'K-15' from policy pack 'x' during preview",
		),
		event("D-01", "80 is published on 0.0.0.0"),
		JSON.stringify({ sequence: 2, summaryEvent: {} }),
		"",
	].join("\n");
	expect(unjudged(log)).toEqual(["D-04", "K-15"]);
});
