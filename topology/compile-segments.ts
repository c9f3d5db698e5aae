import { networkAt, parseRange } from "./addresses.ts";
import type { EstateSpec, Gate, Registry, Segment } from "./estate.ts";
import { DOCKER_HUB, HOME, JOBS, PROMOTER_JOB, PROMOTION } from "./names.ts";

/** Who shares a network with whom. What is not together here cannot reach each other. */
export function compileSegments(
	spec: EstateSpec,
	registries: readonly Registry[],
	gates: readonly Gate[],
): readonly Segment[] {
	const regions = Object.keys(spec.regions);
	const segments = [
		published("edge", `front:${HOME}`),
		...regions.map((region) => published(`edge-${region}`, `front:${region}`)),
		closed("jobs", `front:${HOME}`, `job:${JOBS}`),
		closed("promoter", `front:${HOME}`, `job:${PROMOTER_JOB}`),
		closed(PROMOTION, `front:${PROMOTION}`, `job:${PROMOTER_JOB}`),
		...upstream(spec),
		// The way from each region to home, one for each, so that the loss of one can be tried.
		...regions.map((region) =>
			closed(`leg-${region}`, `front:${HOME}`, `front:${region}`),
		),
		...registries.map(({ name, gate }) =>
			closed(name, `front:${gate}`, `gate:${gate}`, `registry:${name}`),
		),
		...gates
			.filter(({ identities }) => identities.length > 0)
			.map(({ name }) => issuers(name)),
	];
	const range = spec.addresses && parseRange(spec.addresses);
	return range
		? segments.map((segment, i) => ({
				...segment,
				subnet: networkAt(range, i),
			}))
		: segments;
}

// The archiver alone has a way out, to upstream registries or to what plays one.
function upstream({ tiers: { archive } }: EstateSpec): readonly Segment[] {
	if (!archive) return [];
	const hub: Segment["members"] =
		archive.upstreamPort === undefined ? [] : [`upstream:${DOCKER_HUB}`];
	return [published("upstream", `job:${JOBS}`, ...hub)];
}

// A gate asks the issuers of identities for their keys. Each has a way of its own: gates do not meet.
const issuers = (gate: string): Segment => ({
	...closed(`issuers-${gate}`, `gate:${gate}`),
	outbound: true,
});

const closed = (name: string, ...members: Segment["members"]): Segment => ({
	name,
	published: false,
	members,
});

const published = (name: string, ...members: Segment["members"]): Segment => ({
	name,
	published: true,
	members,
});
