import type { Problem } from "./problem.ts";

/** What only one part of the estate can have, by the keys that ask for it. */
const TAKEN_ONCE = {
	port: ["port", "archivePort", "mirrorPort", "upstreamPort"],
	host: ["host", "archiveHost", "mirrorHost"],
} as const;
type Kind = keyof typeof TAKEN_ONCE;

/**
 * Ports and host names that two parts of the estate want. Looks at the raw value, so that one mistake
 * does not hide another.
 */
export function clashes(root: string, raw: unknown): readonly Problem[] {
	const first = new Map<unknown, string>();
	return wishesIn(raw, "").flatMap(({ path, kind, value }) => {
		const taken = first.get(value);
		if (taken === undefined) {
			first.set(value, path);
			return [];
		}
		return {
			path: `${root}${path}`,
			message: `${kind} taken twice, got ${value}; expected another ${kind} than ${taken.slice(1)}. Fix: choose a free ${kind}.`,
		};
	});
}

interface Wish {
	readonly path: string;
	readonly kind: Kind;
	readonly value: number | string;
}

function wishesIn(value: unknown, path: string): readonly Wish[] {
	if (value === null || typeof value !== "object") return [];
	return Object.entries(value).flatMap(([key, inner]): readonly Wish[] => {
		const below = `${path}.${key}`;
		const kind = kindOf(key);
		return kind && (typeof inner === "number" || typeof inner === "string")
			? [{ path: below, kind, value: inner }]
			: wishesIn(inner, below);
	});
}

const kindOf = (key: string): Kind | undefined =>
	(Object.keys(TAKEN_ONCE) as Kind[]).find((kind) =>
		(TAKEN_ONCE[kind] as readonly string[]).includes(key),
	);
