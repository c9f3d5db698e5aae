import type { PromotionReport } from "../../services/jobs/promote/report.ts";
import type { Seen } from "./fault-proxy.ts";

/** The outcome of each promotion, with the reason if it has one, by `repository:tag`. */
export function outcomesOf(
	report: PromotionReport | undefined,
): Readonly<Record<string, string>> {
	return Object.fromEntries(
		(report?.items ?? []).map(({ repository, tag, outcome, reason }) => [
			`${repository}:${tag}`,
			reason === undefined ? outcome : `${outcome}: ${reason}`,
		]),
	);
}

/** How many requests with credentials there were to paths like this. */
export function askedFor(
	seen: readonly Seen[],
	pattern: RegExp,
	method?: string,
): number {
	return seen.filter(
		({ authorization, path, ...one }) =>
			authorization !== undefined &&
			pattern.test(path) &&
			(method === undefined || one.method === method),
	).length;
}
