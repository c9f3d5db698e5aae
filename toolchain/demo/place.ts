import {
	type Estate,
	type Registry,
	registryNamed,
} from "../../topology/estate.ts";
import { acceptsName, acceptsTag, anchored } from "../../topology/naming.ts";
import { publishedAddress } from "../../topology/published.ts";
import { UserError } from "../process.ts";

/** The repository the demo pushes to. */
export const REPOSITORY = "demo/hello";

/** The commit its image says it is of. */
export const REVISION = "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567";

/** Tag of CI Snapshots for a version. */
export const snapshotTag = (version: string) =>
	`${version}-${REVISION.slice(0, 7)}`;

/** A registry as clients of this machine see it. */
export interface Published {
	readonly name: string;
	/** What image names begin with, e.g. `localhost:5104`. */
	readonly address: string;
}

/** The stations of an image's way. */
export interface Place {
	readonly snapshots: Published;
	readonly prod: Published;
	/** A region's cache of Prod; Prod itself where there are no regions. */
	readonly nearby: Published;
	/** The region of `nearby`. @default - there are no regions */
	readonly region?: string;
	/** Who signs, with a key the stack makes. */
	readonly signer: string;
	/** Labels that are asked for along the way. */
	readonly labels: readonly string[];
	/** An SBOM is asked for. */
	readonly sbom: boolean;
}

/**
 * Where the demo takes place.
 *
 * @param platform of the images this machine builds, e.g. `linux/amd64`
 * @throws {UserError} with all reasons why the stack would not take the demo's image
 */
export function placeOf(estate: Estate, platform: string): Place {
	const { promotion, registries } = estate;
	const snapshots = registryNamed(estate, promotion.from);
	const prod = registryNamed(
		estate,
		registries.find(({ tier, mode }) => tier === "prod" && mode === "read-only")
			?.name ?? promotion.to,
	);
	const signer = Object.entries(promotion.signers).find(
		([, { kind }]) => kind === "estate-key",
	)?.[0];
	const [region] = estate.regions;
	const cache = registries.find(
		({ location, upstream }) =>
			location === region && upstream?.registry === prod.name,
	);
	const problems = [
		...namingProblems(snapshots, snapshotTag("1.0.1")),
		...namingProblems(prod, "1.0.1"),
		...promotionProblems(estate, platform),
		...(signer === undefined
			? ["promotion.signers has no signer of kind estate-key"]
			: []),
	];
	if (signer === undefined || problems.length > 0) {
		throw new UserError(
			`the demo does not fit the stack '${estate.stack}':\n${problems.map((p) => `  ${p}`).join("\n")}\nFix: run it on a stack configured as Pulumi.dev.yaml is`,
		);
	}
	return {
		snapshots: published(snapshots),
		prod: published(prod),
		nearby: published(cache ?? prod),
		...(cache && region !== undefined && { region }),
		signer,
		labels: [
			...new Set([
				...promotion.require.labels,
				...snapshots.requiredLabels,
				...prod.requiredLabels,
			]),
		],
		sbom: promotion.require.sbom,
	};
}

function namingProblems({ name, naming }: Registry, tag: string) {
	return [
		...(acceptsName(naming, REPOSITORY)
			? []
			: [`${name} takes no repository ${REPOSITORY}`]),
		...(acceptsTag(naming, tag) ? [] : [`${name} takes no tag such as ${tag}`]),
	];
}

function promotionProblems(
	{ promotion: { repositories, exceptions, require } }: Estate,
	platform: string,
): readonly string[] {
	const covers = (patterns: readonly string[]) =>
		patterns.some((pattern) => anchored(pattern).test(REPOSITORY));
	const others = require.platforms.filter((wanted) => wanted !== platform);
	return [
		...(repositories && !covers(repositories)
			? [`promotion.repositories leaves ${REPOSITORY} out`]
			: []),
		...(exceptions.some((exception) => covers(exception.repositories))
			? [`promotion.exceptions asks less of ${REPOSITORY}`]
			: []),
		...(others.length > 0
			? [
					`promotion.require.platforms asks for ${others.join(", ")}; this machine builds ${platform}`,
				]
			: []),
	];
}

function published(registry: Registry): Published {
	const address = publishedAddress(registry);
	if (address === undefined) {
		throw new UserError(`'${registry.name}' is not published on this machine`);
	}
	return { name: registry.name, address };
}
