import { type Exception, holdsOn } from "./exceptions.ts";
import type { Levels } from "./levels.ts";
import type { Resource } from "./resource.ts";
import type { Level, Rule } from "./rule.ts";
import { RULES } from "./rules.ts";

/** A place where a rule does not hold. */
export interface Finding {
	readonly rule: Rule;
	readonly level: Exclude<Level, "disabled">;
	readonly resource: Resource;
	/** What is wrong, with its value. */
	readonly fact: string;
	/** The exception for it, whether it still holds or not. */
	readonly exception?: Exception;
}

export interface Judgement {
	/** What breaks a rule. With a mandatory one among them nothing may be deployed. */
	readonly broken: readonly Finding[];
	/** What would, were there no exception. */
	readonly excepted: readonly Finding[];
	/** Exceptions of this stack that nothing needs any more. */
	readonly unneeded: readonly Exception[];
}

export interface JudgeOptions {
	readonly levels: Levels;
	readonly exceptions: readonly Exception[];
	/** Today, as `2026-12-31`: exceptions end. */
	readonly day: string;
	/** @default - every rule */
	readonly rules?: readonly Rule[];
}

/** Judges the resources of one stack. */
export function judge(
	resources: readonly Resource[],
	{ levels, exceptions, day, rules = RULES }: JudgeOptions,
): Judgement {
	const findings = rules.flatMap((rule): readonly Finding[] => {
		const level = levels[rule.id] ?? "mandatory";
		if (level === "disabled") return [];
		return factsOf(rule, resources).map(({ resource, fact }) => {
			const exception = exceptionFor(exceptions, rule, resource);
			return { rule, level, resource, fact, ...(exception && { exception }) };
		});
	});
	const isExcepted = ({ exception }: Finding) =>
		exception !== undefined && holdsOn(exception, day);
	const stacks = new Set(resources.map(({ urn }) => stackOf(urn)));
	return {
		broken: findings.filter((finding) => !isExcepted(finding)),
		excepted: findings.filter(isExcepted),
		unneeded: exceptions.filter(
			(exception) =>
				stacks.has(exception.stack) &&
				!findings.some((finding) => finding.exception === exception),
		),
	};
}

function factsOf(rule: Rule, resources: readonly Resource[]) {
	const facts: { readonly resource: Resource; readonly fact: string }[] = [];
	if ("judgeStack" in rule) {
		rule.judgeStack(resources, (resource, fact) =>
			facts.push({ resource, fact }),
		);
		return facts;
	}
	for (const resource of resources) {
		rule.judge(resource, (fact) => facts.push({ resource, fact }));
	}
	return facts;
}

/** The exception that is about a rule and a resource. */
export function exceptionFor(
	exceptions: readonly Exception[],
	{ id }: Rule,
	{ urn, name }: Pick<Resource, "urn" | "name">,
): Exception | undefined {
	return exceptions.find(
		({ rule, stack, resource }) =>
			rule === id && resource === name && stack === stackOf(urn),
	);
}

/** The stack in a resource's URN. */
const stackOf = (urn: string): string =>
	/^urn:pulumi:([^:]+)::/.exec(urn)?.[1] ?? "";
