import type { Problem } from "./problem.ts";

const PORT_KEYS = ["port", "archivePort", "mirrorPort", "upstreamPort"];

/**
 * Ports that two parts of the estate want. Looks at the raw value, so that one mistake does not hide
 * another.
 */
export function portClashes(root: string, raw: unknown): readonly Problem[] {
	const first = new Map<number, string>();
	return portsIn(raw, "").flatMap(({ path, port }) => {
		const taken = first.get(port);
		if (taken === undefined) {
			first.set(port, path);
			return [];
		}
		return {
			path: `${root}${path}`,
			message: `port taken twice, got ${port}; expected another port than ${taken.slice(1)}. Fix: choose a free port.`,
		};
	});
}

function portsIn(
	value: unknown,
	path: string,
): { readonly path: string; readonly port: number }[] {
	if (value === null || typeof value !== "object") return [];
	return Object.entries(value).flatMap(([key, inner]) =>
		PORT_KEYS.includes(key) && typeof inner === "number"
			? [{ path: `${path}.${key}`, port: inner }]
			: portsIn(inner, `${path}.${key}`),
	);
}
