/**
 * Whether an object in a valid JSON text names a member twice. Parsers differ on which of the two
 * counts, and Go merges objects, so such a text says different things to different readers.
 *
 * @param value what `JSON.parse` made of the text
 */
export function hasRepeatedMembers(text: string, value: unknown): boolean {
	// In valid JSON a string before a colon is the name of a member.
	const written = text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g);
	let names = 0;
	for (const [, colon] of written) if (colon) names += 1;
	return names !== countMembers(value);
}

function countMembers(value: unknown): number {
	if (typeof value !== "object" || value === null) return 0;
	const children = Object.values(value);
	const own = Array.isArray(value) ? 0 : children.length;
	return children.reduce<number>(
		(sum, child) => sum + countMembers(child),
		own,
	);
}

/**
 * A member that Go's encoding/json would take for another one, which it does regardless of case: the
 * registry and most clients would read `Layers` where a rule looks for `layers`.
 *
 * @param members the members with a meaning
 */
export function misspeltMember(
	object: Readonly<Record<string, unknown>>,
	members: readonly string[],
): { readonly written: string; readonly meant: string } | undefined {
	for (const written of Object.keys(object)) {
		const meant = members.find((m) => folded(m) === folded(written));
		if (meant !== undefined && meant !== written) return { written, meant };
	}
	return undefined;
}

// Both directions, because Go folds the long s and the Kelvin sign too.
function folded(member: string): string {
	return member.toUpperCase().toLowerCase();
}
