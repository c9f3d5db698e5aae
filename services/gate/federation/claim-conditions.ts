import { anchored } from "../../../topology/naming.ts";
import { withinTime } from "../../jobs/within-time.ts";
import { printable } from "../../oci/printable.ts";

/** The claims of a token, as its issuer wrote them. */
export type Claims = Readonly<Record<string, unknown>>;

/** Longer claims than any issuer writes are not matched with a pattern. */
const MAX_CLAIM_LENGTH = 1024;

/** Strangers name their branches so that a careless pattern takes hours. Nobody is served meanwhile. */
const MATCH_MS = 100;

/**
 * The first condition that claims do not meet, in words; nothing when they meet all of them.
 *
 * @param conditions patterns by the name of a claim
 */
export function unmetCondition(
	claims: Claims,
	conditions: Readonly<Record<string, string>>,
): string | undefined {
	for (const [name, pattern] of Object.entries(conditions)) {
		const found = claimsAt(claims, name.split("."));
		const [value] = found;
		if (value === undefined) return `it has no claim ${name}`;
		if (found.length > 1) return `it has several claims ${name}`;
		if (typeof value !== "string") return `its claim ${name} is not a text`;
		if (value.length > MAX_CLAIM_LENGTH) return `its claim ${name} is too long`;
		const match = withinTime(MATCH_MS, () => anchored(pattern).test(value));
		if (!match) return `its claim ${name} takes too long to match`;
		if (!match.result) {
			return `its claim ${name} is '${printable(value)}': expected ${pattern}`;
		}
	}
	return undefined;
}

// Names of claims have dots in them too (`kubernetes.io`), so every way to divide the path is tried.
function claimsAt(value: unknown, path: readonly string[]): unknown[] {
	if (path.length === 0) return [value];
	if (typeof value !== "object" || value === null || Array.isArray(value)) {
		return [];
	}
	return path.flatMap((_, i) => {
		const name = path.slice(0, i + 1).join(".");
		return Object.hasOwn(value, name)
			? claimsAt((value as Claims)[name], path.slice(i + 1))
			: [];
	});
}
