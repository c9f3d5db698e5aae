import type { Principal, Verb } from "./access.ts";
import { accessMatrix } from "./access-matrix.ts";
import type { Estate } from "./estate.ts";

/** Something that holds images, or somebody who moves them. */
export interface PictureNode {
	/** Stable while it means the same thing. */
	readonly id: string;
	readonly kind: "registry" | "writer" | "readers" | "upstream";
	readonly label: string;
	/** `home` or a region; absent for what is outside of the estate. */
	readonly location?: string;
}

/** A way of images. */
export interface PictureEdge {
	readonly from: string;
	readonly to: string;
	readonly label: string;
}

/** Who writes where, how images travel between registries, and who reads them at the end. */
export interface Picture {
	readonly nodes: readonly PictureNode[];
	readonly edges: readonly PictureEdge[];
}

/** The ways of images through an estate. That somebody reads is said once per registry, not with a line each. */
export function pictureOf(estate: Estate): Picture {
	const rows = accessMatrix(estate).map((row) => ({
		...row,
		readers: row.cells.filter(({ verbs }) => verbs.includes("pull")),
		writers: row.cells.filter(({ verbs }) =>
			verbs.some((verb) => verb !== "pull"),
		),
	}));
	const writers = new Set(
		rows.flatMap((row) => row.writers.map(({ principal }) => principal)),
	);
	return {
		nodes: [
			...estate.registries.map(({ name, location }) => ({
				id: `registry ${name}`,
				kind: "registry" as const,
				label: name,
				location,
			})),
			...[...writers].map((principal) => ({
				id: `writer ${principal}`,
				kind: "writer" as const,
				label: principal,
			})),
			...rows
				.filter(({ readers }) =>
					readers.some(({ principal }) => isPerson(principal)),
				)
				.map(({ registry, readers }) => ({
					id: `readers ${registry}`,
					kind: "readers" as const,
					label: readers
						.map(({ principal }) => principal)
						.filter(isPerson)
						.join(", "),
				})),
			...(estate.mirroring
				? [
						{
							id: UPSTREAM,
							kind: "upstream" as const,
							label: "upstream registries",
						},
					]
				: []),
		],
		edges: [
			...rows.flatMap(({ registry, writers: own }) =>
				own.map(({ principal, verbs }) => ({
					from: `writer ${principal}`,
					to: `registry ${registry}`,
					label: writes(verbs),
				})),
			),
			...rows
				.filter(({ readers }) =>
					readers.some(({ principal }) => isPerson(principal)),
				)
				.map(({ registry }) => ({
					from: `registry ${registry}`,
					to: `readers ${registry}`,
					label: "pull",
				})),
			...journeys(estate),
		],
	};
}

const UPSTREAM = "upstream";

/** Those who read to run or to build something; jobs and caches are ways of their own. */
const isPerson = (principal: Principal) =>
	["anonymous", "developer", "ci", "consumer"].includes(principal);

const writes = (verbs: readonly Verb[]) =>
	verbs.filter((verb) => verb !== "pull").join(", ");

/** What the estate itself carries from registry to registry. */
function journeys(estate: Estate): readonly PictureEdge[] {
	const { registries, promotion, mirroring } = estate;
	const edge = (from: string, to: string, label: string) => ({
		from: `registry ${from}`,
		to: `registry ${to}`,
		label,
	});
	return [
		edge(promotion.from, promotion.to, "promotion"),
		...registries.flatMap(({ name, stores, mode }) =>
			mode === "read-only"
				? registries
						.filter(
							(other) =>
								other.mode === "read-write" &&
								other.stores.some((store) => stores.includes(store)),
						)
						.map((other) => edge(other.name, name, "one store"))
				: [],
		),
		...registries.flatMap(({ name, upstream }) =>
			upstream ? [edge(upstream.registry, name, "pull-through")] : [],
		),
		...(mirroring
			? [{ from: UPSTREAM, to: `registry ${mirroring.to}`, label: "mirror" }]
			: []),
	];
}
