import type { Exception } from "./exceptions.ts";
import type { Finding, Judgement } from "./judge.ts";

/** `K-01: Deployment 'front': container 'nginx' has …; expected: …. Fix: …` */
export function describeFinding({
	rule: { id, sentence, remedy },
	resource: { type, name },
	fact,
	exception,
}: Finding): string {
	const kind = type.slice(type.lastIndexOf(":") + 1);
	const expired = exception
		? ` (the exception of ${exception.owner} ended on ${exception.expires})`
		: "";
	return `${id}: ${kind} '${name}': ${fact}; expected: ${sentence}. Fix: ${remedy}${expired}`;
}

/** Who answers for what is excepted, until when, and why. */
export function describeExcepted({
	rule: { id },
	resource: { name },
	fact,
	exception,
}: Finding): string {
	const { owner, expires, reason } = exception ?? {};
	return `${id}: '${name}': ${fact}; excepted by ${owner} until ${expires}: ${reason}`;
}

export const describeUnneeded = ({
	rule,
	resource,
	owner,
}: Exception): string =>
	`${rule}: nothing breaks it at '${resource}' any more: ${owner} may take the exception out of policies/exceptions.json`;

/** Whether what was found stops a deployment. */
export const stops = ({ broken }: Judgement): boolean =>
	broken.some(({ level }) => level === "mandatory");
