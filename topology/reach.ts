import type { Estate, Registry } from "./estate.ts";
import { HOME, PROMOTER_JOB } from "./names.ts";

/** What runs on its own, and so can be away while everything else is there. */
export type Part =
	| { readonly kind: "front" | "gate" | "job"; readonly name: string }
	| {
			readonly kind: "registry";
			readonly name: string;
			/** Position of its store among the registry's. */
			readonly replica: number;
	  };

/**
 * What a registry does for its clients. `login` is what `docker login` does: the registry asks for a
 * token, and takes a new one. `pull` and `push` are done with one that the client has. A cache gives
 * what it holds: what it does not, only its origin has.
 */
export const SERVICES = ["login", "pull", "push"] as const;
export type Service = (typeof SERVICES)[number];

/** What works of an estate. */
export interface Reach {
	/** By registry name; empty for one that does nothing at all. */
	readonly registries: ReadonlyMap<string, readonly Service[]>;
	/** Images can be promoted. */
	readonly promotion: boolean;
}

/** Every part of an estate: its fronts, gates, registries and jobs. */
export function partsOf(estate: Estate): readonly Part[] {
	const gates = estate.gates.map(({ name }) => name);
	const jobs = estate.segments
		.flatMap(({ members }) => members)
		.filter((member) => member.startsWith("job:"))
		.map((member) => member.slice("job:".length));
	return [
		...gates.map((name) => ({ kind: "front" as const, name })),
		...gates.map((name) => ({ kind: "gate" as const, name })),
		...estate.registries.flatMap(({ name, stores }) =>
			stores.map((_, replica) => ({
				kind: "registry" as const,
				name,
				replica,
			})),
		),
		...[...new Set(jobs)].map((name) => ({ kind: "job" as const, name })),
	];
}

/** The parts of an estate that are in a location. All jobs are at home. */
export function partsAt(estate: Estate, location: string): readonly Part[] {
	const locationOf = (gate: string) =>
		estate.gates.find(({ name }) => name === gate)?.location;
	return partsOf(estate).filter((part) => {
		if (part.kind === "job") return location === HOME;
		if (part.kind !== "registry") return locationOf(part.name) === location;
		return estate.registries.some(
			(registry) =>
				registry.name === part.name && registry.location === location,
		);
	});
}

/** Name of a part for people, e.g. `registry prod-eu, replica 1 of 2`. */
export function describePart(estate: Estate, part: Part): string {
	if (part.kind !== "registry") return `${part.kind} ${part.name}`;
	const replicas =
		estate.registries.find(({ name }) => name === part.name)?.stores.length ??
		1;
	return replicas === 1
		? `registry ${part.name}`
		: `registry ${part.name}, replica ${part.replica + 1} of ${replicas}`;
}

/**
 * What still works of an estate while some of its parts are away. Everything between a client and a
 * registry is the registry's own location: the front and gate before it, and one of its replicas.
 */
export function reachWithout(estate: Estate, away: readonly Part[]): Reach {
	const isUp = (kind: Part["kind"], name: string, replica = 0) =>
		!away.some(
			(part) =>
				part.kind === kind &&
				part.name === name &&
				(part.kind !== "registry" || part.replica === replica),
		);
	const servicesOf = (registry: Registry): readonly Service[] => {
		// A front has the name of its gate.
		const front = isUp("front", registry.gate);
		const pull =
			front &&
			registry.stores.some((_, i) => isUp("registry", registry.name, i));
		const login = pull && isUp("gate", registry.gate);
		const push = login && registry.mode === "read-write";
		const works = { login, pull, push };
		return SERVICES.filter((service) => works[service]);
	};
	const registries = new Map(
		estate.registries.map((registry) => [registry.name, servicesOf(registry)]),
	);
	const { from, to } = estate.promotion;
	const has = (registry: string, ...services: readonly Service[]) =>
		services.every((service) => registries.get(registry)?.includes(service));
	return {
		registries,
		promotion:
			has(from, "login", "pull") &&
			has(to, "login", "pull", "push") &&
			isUp("job", PROMOTER_JOB),
	};
}
