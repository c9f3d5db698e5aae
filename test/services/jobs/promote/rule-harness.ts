import { formatProblem } from "../../../../services/jobs/problem.ts";
import { parsePromotions } from "../../../../services/jobs/promote/promotion-manifest.ts";

/** A rule that is as it should be, before a test changes it. */
export const RULE = {
	repositories: ["team/.*"],
	tags: "([0-9]+\\.[0-9]+\\.[0-9]+)-[0-9a-f]{7,40}",
	promote: "$1",
};

/** What a file named `m.yaml` with this rule says, its problems as they are printed. */
export function parseRule(rule: unknown) {
	return parseRules({ "m.yaml": [rule] });
}

/** The same of several files, by their names. */
export function parseRules(files: Readonly<Record<string, unknown>>) {
	const { rules, problems } = parsePromotions(
		Object.entries(files).map(([path, rules]) => ({
			path,
			text: JSON.stringify({ rules }),
		})),
	);
	return { rules, problems: problems.map(formatProblem) };
}
