import type { Resource } from "./resource.ts";

/** What a function makes of a stack's resources, made once: every rule about tiers asks for it. */
export function remembered<T extends object>(
	make: (resources: readonly Resource[]) => T,
): (resources: readonly Resource[]) => T {
	const known = new WeakMap<readonly Resource[], T>();
	return (resources) => {
		const before = known.get(resources);
		if (before) return before;
		const made = make(resources);
		known.set(resources, made);
		return made;
	};
}
