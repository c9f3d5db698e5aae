import type { Estate, Registry } from "../estate.ts";
import type { Invariant } from "./invariant.ts";

export const cachesUseTheirOwnLeg: Invariant = {
	id: "TI-05",
	statement:
		"a cache reaches its origin through its own region's front, with a credential of its own region",
	remedy:
		"let the region's front serve the way home, on a network of the two fronts, and give each region its own account",
	broken: (estate) =>
		estate.registries.flatMap((cache) =>
			cache.upstream ? brokenLeg(estate, cache) : [],
		),
};

function brokenLeg(
	{ registries, segments, gates }: Estate,
	{ name, location, upstream }: Registry,
): string[] {
	const origin = registries.find((r) => r.name === upstream?.registry);
	// A cache of nothing is TI-06's.
	if (!origin || !upstream) return [];
	const together = (...members: readonly string[]) =>
		segments.some((segment) =>
			members.every((m) => (segment.members as readonly string[]).includes(m)),
		);
	const wrong: string[] = [];
	if (!together(`front:${location}`, `front:${origin.gate}`)) {
		wrong.push(
			`no network leads from the front of '${location}' to '${origin.name}'`,
		);
	}
	if (together(`registry:${name}`, `front:${origin.gate}`)) {
		wrong.push(
			`cache '${name}' reaches '${origin.name}' without its own front`,
		);
	}
	const { account } = upstream;
	const known = gates.some(({ accounts }) =>
		accounts.some(({ secret }) => secret === account.secret),
	);
	if (!known || account.principal !== "cache") {
		wrong.push(`'${origin.name}' does not know the account of cache '${name}'`);
	}
	const sharing = registries.filter(
		(other) =>
			other.location !== location &&
			other.upstream?.account.secret === account.secret,
	);
	wrong.push(
		...sharing.map(
			(other) =>
				`caches '${name}' and '${other.name}' use the secret '${account.secret}'`,
		),
	);
	return wrong;
}
