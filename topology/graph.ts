import {
	allowedVerbs,
	PRINCIPALS,
	type Principal,
	type Verb,
} from "./access.ts";
import type { Estate, Registry } from "./estate.ts";

/** Somebody who can read one registry and write another: images can travel that way. */
export interface ImageFlow {
	readonly from: string;
	readonly to: string;
	/** The principal, job or cache that carries the image. */
	readonly by: Principal | "store" | "cache";
}

/**
 * Every way an image can move from one registry to another, whoever carries it. A principal counts
 * with the rights of its own credential: that somebody with a credential can also leave it at home
 * and act as anonymous is what `open` and `anonymousPull` mean, and why both are off by default.
 */
export function imageFlows(estate: Estate): readonly ImageFlow[] {
	const { registries } = estate;
	const carried = PRINCIPALS.flatMap((principal) => {
		const sources = registries.filter((r) => canRead(estate, principal, r));
		const targets = registries.filter((r) => canWrite(estate, principal, r));
		return sources.flatMap(({ name: from }) =>
			targets
				.filter(({ name: to }) => to !== from)
				.map(({ name: to }) => ({ from, to, by: principal })),
		);
	});
	// Two registries over one store show the same images at once.
	const shared = registries.flatMap((a) =>
		registries
			.filter((b) => b !== a && a.stores.some((s) => b.stores.includes(s)))
			.map((b) => ({ from: a.name, to: b.name, by: "store" as const })),
	);
	const cached = registries.flatMap(({ name, upstream }) =>
		upstream
			? [{ from: upstream.registry, to: name, by: "cache" as const }]
			: [],
	);
	return [...carried, ...shared, ...cached];
}

/** The shortest way from one registry to each other one an image can reach, as lists of names. */
export function imagePaths(
	estate: Estate,
	from: string,
): readonly (readonly string[])[] {
	const flows = imageFlows(estate);
	const reached = new Map<string, readonly string[]>([[from, [from]]]);
	// A Map iterates over what is added meanwhile, which makes this a breadth-first search.
	for (const [name, path] of reached) {
		for (const { from: start, to } of flows) {
			if (start === name && !reached.has(to)) reached.set(to, [...path, to]);
		}
	}
	return [...reached.values()].filter((path) => path.length > 1);
}

const canRead = (estate: Estate, principal: Principal, registry: Registry) =>
	verbsAt(estate, principal, registry).includes("pull");

const canWrite = (estate: Estate, principal: Principal, registry: Registry) =>
	registry.mode === "read-write" &&
	verbsAt(estate, principal, registry).some(
		(verb) => verb === "create" || verb === "retag",
	);

/** What a principal may do at a registry: its verbs on that kind of tier if it has an account there. */
export function verbsAt(
	estate: Estate,
	principal: Principal,
	registry: Registry,
): readonly Verb[] {
	const verbs = allowedVerbs(registry.tier, principal, registry.flags);
	if (principal === "anonymous") return verbs;
	const hasAccount = estate.gates.some(({ accounts }) =>
		accounts.some(
			(a) => a.principal === principal && a.registry === registry.name,
		),
	);
	return hasAccount ? verbs : [];
}
