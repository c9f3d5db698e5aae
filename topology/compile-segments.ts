import { networkAt, parseRange } from "./addresses.ts";
import type { EstateSpec, Gate, Member, Registry, Segment } from "./estate.ts";
import {
	CLEANUP_JOB,
	DOCKER_HUB,
	HOME,
	JOBS,
	MIRROR_JOB,
	PROMOTER_JOB,
	PROMOTION,
} from "./names.ts";

/** Who shares a network with whom. What is not together here cannot reach each other. */
export function compileSegments(
	spec: EstateSpec,
	registries: readonly Registry[],
	gates: readonly Gate[],
): readonly Segment[] {
	const segments = [
		...gates
			.filter(({ name }) => name !== PROMOTION)
			.map(({ name }) =>
				published(name === HOME ? "edge" : `edge-${name}`, `front:${name}`),
			),
		...jobs(spec, registries),
		closed(PROMOTION, `front:${PROMOTION}`, `job:${PROMOTER_JOB}`),
		...upstream(spec),
		...legs(spec, registries),
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

/** The ways of the jobs to the fronts they work at. */
function jobs(
	spec: EstateSpec,
	registries: readonly Registry[],
): readonly Segment[] {
	const frontsOf = (...names: readonly string[]) =>
		distinct(
			registries
				.filter(({ name }) => names.includes(name))
				.map(({ gate }): Member => `front:${gate}`),
		);
	const promoting = closed(
		PROMOTER_JOB,
		...frontsOf("ci-snapshots"),
		`job:${PROMOTER_JOB}`,
	);
	const swept = registries
		.filter(({ retention }) => retention)
		.map(({ name }) => name);
	if (spec.platform === "docker") {
		return [
			closed(JOBS, ...frontsOf(...swept, "archive"), `job:${JOBS}`),
			promoting,
		];
	}
	return [
		closed(CLEANUP_JOB, ...frontsOf(...swept), `job:${CLEANUP_JOB}`),
		...(spec.tiers.archive
			? [closed(MIRROR_JOB, ...frontsOf("archive"), `job:${MIRROR_JOB}`)]
			: []),
		promoting,
	];
}

// The way from each region to home, one for each, so that the loss of one can be tried.
function legs(
	{ regions }: EstateSpec,
	registries: readonly Registry[],
): readonly Segment[] {
	return Object.keys(regions).map((region) => {
		const origins = registries.flatMap(({ location, upstream }) =>
			location === region && upstream ? [upstream.registry] : [],
		);
		const fronts = registries
			.filter(({ name }) => origins.includes(name))
			.map(({ gate }): Member => `front:${gate}`);
		return closed(`leg-${region}`, ...distinct(fronts), `front:${region}`);
	});
}

const distinct = (members: readonly Member[]) => [...new Set(members)];

// The archiver alone has a way out, to upstream registries or to what plays one.
function upstream({
	platform,
	tiers: { archive },
}: EstateSpec): readonly Segment[] {
	if (!archive) return [];
	if (platform === "kubernetes") {
		return [{ ...closed("upstream", `job:${MIRROR_JOB}`), outbound: true }];
	}
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
