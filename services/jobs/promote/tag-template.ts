import { FALLBACK_TAG } from "../../../topology/naming.ts";
import { type Finding, tagFinding } from "../manifest-rules.ts";
import { shown } from "../problem.ts";

/** A group of the pattern in a template: `$1` to `$9`, or `$<name>`. Any other `$` stands alone. */
const GROUP = /\$(?:([1-9])|<([^>]*)>|)/g;

/** What is wrong with a template for the groups of a pattern that compiles. */
export function templateFinding(
	template: string,
	pattern: RegExp,
): Finding | undefined {
	const groups = groupsOf(pattern);
	const named = [...template.matchAll(GROUP)];
	const unknown = named.find(
		([, number, name]) => !groups.includes(number ?? name ?? ""),
	);
	if (unknown) {
		return {
			what: "group that the pattern of the tags does not have",
			got: shown(unknown[0]),
			expected:
				groups.length === 0
					? "a pattern with a group in parentheses"
					: groups.map(written).join(" or "),
			fix: "name a group that is there, or put the part in parentheses",
		};
	}
	if (named.length === 0) {
		return {
			what: "the same tag for every image",
			got: shown(template),
			expected: "a tag with a group of the pattern, such as $1",
			fix: "put the version in parentheses in 'tags' and write $1 here",
		};
	}
	// A group may be anything, so any one letter stands for it.
	return tagFinding(template.replaceAll(GROUP, "0"), true)
		? {
				what: "no tag, whatever the groups are",
				got: shown(template),
				expected:
					"groups and letters, digits, '_', '.', '-', not beginning with '.' or '-'",
				fix: "remove the other characters",
			}
		: undefined;
}

/** The tag that a match gives. Groups that took no part are empty. */
export function filledIn(template: string, match: RegExpExecArray): string {
	return template.replaceAll(
		GROUP,
		(_, number?: string, name?: string) =>
			(number ? match[Number(number)] : match.groups?.[name ?? ""]) ?? "",
	);
}

/** Why no image can have the tag that a match gave, whatever the destination takes. */
export function filledInProblem(
	tag: string,
	allowLatest: boolean,
): string | undefined {
	const finding = FALLBACK_TAG.test(tag)
		? { what: "tag of a signature or the like", expected: "a version" }
		: tagFinding(tag, allowLatest);
	if (!finding) return undefined;
	return `the rule makes ${shown(tag)} of it: ${finding.what}; expected ${finding.expected}. Fix: correct the rule`;
}

/** A tag of the source may become this tag: literal text agrees, groups are anything. */
export function couldGive(template: string, tag: string): boolean {
	const literals = template.split(/\$(?:[1-9]|<[^>]*>)/);
	const [first = ""] = literals;
	const last = literals.at(-1) ?? "";
	if (!tag.startsWith(first)) return false;
	let at = first.length;
	for (const literal of literals.slice(1, -1)) {
		const next = tag.indexOf(literal, at);
		if (next < 0) return false;
		at = next + literal.length;
	}
	return tag.length - last.length >= at && tag.endsWith(last);
}

/** Numbers and names of the capturing groups; the empty alternative always matches. */
function groupsOf({ source }: RegExp): readonly string[] {
	const match = new RegExp(`${source}|`).exec("");
	const count = Math.min((match?.length ?? 1) - 1, 9);
	return [
		...Array.from({ length: count }, (_, i) => `${i + 1}`),
		...Object.keys(match?.groups ?? {}),
	];
}

const written = (group: string) =>
	/^[1-9]$/.test(group) ? `$${group}` : `$<${group}>`;
