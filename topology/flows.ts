import type { Estate, Member, Segment } from "./estate.ts";
import { LEG_PORT, SERVICE_PORT, TLS_PORT } from "./names.ts";

/** Somebody opens connections to somebody else. `outside` is whatever is not of the estate. */
export interface Flow {
	readonly from: Member | "outside";
	readonly to: Member | "outside";
	/** TCP ports of the destination. */
	readonly ports: readonly number[];
}

/** Ports that are asked outside the estate: https, and the API server of a cluster. */
const OUTSIDE_PORTS = [443, 6443];

/**
 * Every flow between members of the estate, each in the one direction it is needed in. A segment says
 * who shares a network; this says who calls whom on it. What is not here does not happen.
 */
export function flowsOf(estate: Estate): readonly Flow[] {
	return estate.segments.flatMap((segment) => [
		...segment.members.flatMap((from) =>
			segment.members.flatMap((to) => callsOf(estate, from, to)),
		),
		...outsideFlows(segment),
	]);
}

function callsOf(estate: Estate, from: Member, to: Member): readonly Flow[] {
	const ports = portsOf(estate, from, to);
	return from === to || ports.length === 0 ? [] : [{ from, to, ports }];
}

function portsOf(
	{ registries, gates }: Estate,
	from: Member,
	to: Member,
): readonly number[] {
	const [caller, callerName] = parts(from);
	const [called, calledName] = parts(to);
	const locationOf = (front: string) =>
		gates.find(({ name }) => name === front)?.location;
	switch (`${caller} ${called}`) {
		case "front gate":
		case "job front":
			return [SERVICE_PORT];
		// A region asks home, and home asks no region.
		case "front front":
			return locationOf(callerName) !== locationOf(calledName) &&
				locationOf(callerName) === callerName
				? [SERVICE_PORT]
				: [];
		// It waits for the key it is to trust, before it starts.
		case "registry gate":
			return [SERVICE_PORT];
		case "front registry":
		case "gate registry":
			return registries
				.filter(({ name }) => name === calledName)
				.map(({ server }) => server.port);
		case "registry front":
			return registries.some(
				({ name, upstream }) => name === callerName && upstream,
			)
				? [LEG_PORT]
				: [];
		default:
			return [];
	}
}

const parts = (member: Member) => member.split(":") as [string, string];

function outsideFlows({
	published,
	outbound,
	members,
}: Segment): readonly Flow[] {
	return members.flatMap((member): readonly Flow[] => [
		...(published && member.startsWith("front:")
			? [
					{
						from: "outside" as const,
						to: member,
						ports: [SERVICE_PORT, TLS_PORT],
					},
				]
			: []),
		...(outbound
			? [{ from: member, to: "outside" as const, ports: OUTSIDE_PORTS }]
			: []),
	]);
}
