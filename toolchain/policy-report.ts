import type { Finding, Judgement } from "../policies/judge.ts";
import {
	describeExcepted,
	describeFinding,
	describeUnneeded,
} from "../policies/report.ts";
import { RULES } from "../policies/rules.ts";

/** What was found, one a line, then how much of it there is. */
export function policyReport(
	{ broken, excepted, unneeded }: Judgement,
	stack: string,
	resources: number,
): string {
	const mandatory = broken.filter(({ level }) => level === "mandatory");
	const advice = broken.filter(({ level }) => level === "advisory");
	return [
		...mandatory.map(describeFinding),
		...advice.map((finding) => `advice: ${describeFinding(finding)}`),
		...excepted.map((finding) => `excepted: ${describeExcepted(finding)}`),
		...unneeded.map((exception) => `unneeded: ${describeUnneeded(exception)}`),
		`policies: ${RULES.length} rules on ${resources} resources of '${stack}': ${mandatory.length} broken, ${advice.length} advice, ${excepted.length} excepted`,
	].join("\n");
}

/** The same for a script. */
export function policyReportJson({
	broken,
	excepted,
	unneeded,
}: Judgement): string {
	return JSON.stringify(
		{
			broken: broken.map(plain),
			excepted: excepted.map((finding) => ({
				...plain(finding),
				exception: finding.exception,
			})),
			unneeded,
		},
		null,
		2,
	);
}

const plain = ({ rule, level, resource, fact }: Finding) => ({
	rule: rule.id,
	level,
	severity: rule.severity,
	resource: resource.urn,
	fact,
	expected: rule.sentence,
	remedy: rule.remedy,
	link: rule.link,
});

/**
 * Rules that the engine could not run in a preview, by id. It reports them as advice only, because they
 * touched a value that is not known yet.
 *
 * @param log the engine's events, one JSON object a line
 */
export function unjudged(log: string): readonly string[] {
	const ids = log
		.split("\n")
		.filter((line) => line.includes("can't run policy"))
		.map((line) => JSON.parse(line) as PolicyEvent)
		.flatMap(({ policyEvent }) => policyEvent?.policyName ?? []);
	return [...new Set(ids)].sort();
}

interface PolicyEvent {
	readonly policyEvent?: { readonly policyName?: string };
}
