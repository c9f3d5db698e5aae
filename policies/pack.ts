import {
	PolicyPack,
	type PolicyResource,
	type ResourceValidationArgs,
	type ResourceValidationPolicy,
	type StackValidationPolicy,
} from "@pulumi/policy";
import { holdsOn } from "./exceptions.ts";
import { exceptionFor, judge } from "./judge.ts";
import { describeExcepted, describeUnneeded } from "./report.ts";
import type { Resource } from "./resource.ts";
import type { Rule } from "./rule.ts";
import { RULES } from "./rules.ts";
import { SETTINGS } from "./settings.ts";

const { levels, exceptions } = SETTINGS;
const day = new Date().toISOString().slice(0, 10);

// Constructing it starts the server that the engine asks.
new PolicyPack("registry-tiers", {
	enforcementLevel: "mandatory",
	policies: [...RULES.map(policy), exceptionsInForce()],
});

function policy(rule: Rule): ResourceValidationPolicy | StackValidationPolicy {
	const about = {
		name: rule.id,
		displayName: rule.sentence,
		description: `${rule.sentence}. Fix: ${rule.remedy}. Reason: ${rule.link}`,
		enforcementLevel: levels[rule.id] ?? "mandatory",
		severity: rule.severity,
		url: rule.link,
		remediationSteps: rule.remedy,
	};
	if ("judgeStack" in rule) {
		return {
			...about,
			validateStack: ({ resources }, violation) =>
				rule.judgeStack(resources.map(asResource), (resource, fact) => {
					if (!isExcepted(rule, resource)) violation(fact, resource.urn);
				}),
		};
	}
	return {
		...about,
		validateResource: (args, violation) =>
			rule.judge(asResource(args), (fact) => {
				if (!isExcepted(rule, args)) violation(fact);
			}),
	};
}

function isExcepted(rule: Rule, resource: Pick<Resource, "urn" | "name">) {
	const exception = exceptionFor(exceptions, rule, resource);
	return exception !== undefined && holdsOn(exception, day);
}

/** A rule has one level for all it finds: what is excepted is reported by a rule of its own. */
function exceptionsInForce(): StackValidationPolicy {
	return {
		name: "exceptions",
		description: "Every exception is reported as long as it lasts.",
		enforcementLevel: "advisory",
		validateStack({ resources }, violation) {
			const { excepted, unneeded } = judge(resources.map(asResource), {
				levels,
				exceptions,
				day,
				rules: RULES.filter(({ id }) =>
					exceptions.some(({ rule }) => rule === id),
				),
			});
			for (const finding of excepted)
				violation(describeExcepted(finding), finding.resource.urn);
			for (const exception of unneeded) violation(describeUnneeded(exception));
		},
	};
}

function asResource({
	urn,
	type,
	name,
	props,
	opts,
	provider,
}: ResourceValidationArgs | PolicyResource): Resource {
	return {
		urn,
		type,
		name,
		props,
		options: {
			protect: opts.protect,
			deleteBeforeReplace: opts.deleteBeforeReplace ?? false,
		},
		...(provider && { provider: provider.name }),
	};
}
